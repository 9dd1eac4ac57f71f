import fs from 'node:fs';
import path from 'node:path';

/** sbatch: runs each element of the array as a process of its own, with its number written down and how it ended. */
const sbatch = String.raw`
if (process.argv[2] === '--version') return console.log('slurm 0.0');
const value = (name) => process.argv.find((arg) => arg.startsWith(name)).slice(name.length);
const job = fs.readdirSync(D).filter((name) => name.startsWith('job-')).length + 1;
fs.writeFileSync(D + '/job-' + job, process.argv.slice(2).join('\n'));
const elements = value('--array=').split('%')[0].split(',').flatMap((part) => {
  const [from, to = from] = part.split('-').map(Number);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
});
for (const task of elements) {
  const log = fs.openSync(value('--output=').replace('%A', job).replace('%a', task), 'a');
  const of = D + '/task-' + job + '_' + task;
  const run = 'bash "$1" & echo $! > "$2.process"; wait $!; echo $? > "$2.ended"';
  spawn('sh', ['-c', run, 'sh', process.argv.at(-1), of], { detached: true, stdio: ['ignore', log, log], env: { ...process.env, SLURM_ARRAY_JOB_ID: job, SLURM_ARRAY_TASK_ID: task } }).unref();
  fs.writeFileSync(of, '');
}
console.log(job);`;

/** squeue: what was started and has not ended runs. */
const squeue = String.raw`
for (const name of fs.readdirSync(D).filter((one) => /^task-\d+_\d+$/.test(one))) {
  const [job, task] = name.slice(5).split('_');
  const ended = D + '/' + name + '.ended';
  const state = !fs.existsSync(ended) ? 'RUNNING' : fs.readFileSync(ended, 'utf8').trim() === '0' ? 'COMPLETED' : 'FAILED';
  console.log([job, task, state, 'None'].join('|'));
}`;

/** Programs that stand in for Slurm's where none is installed, and run the jobs on this machine, all at once. */
export class RunningSlurm {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    fs.mkdirSync(path.join(folder, 'bin'), { recursive: true });
    const program = (body: string) => `#!${process.execPath}\nconst fs = require('node:fs');\nconst { spawn } = require('node:child_process');\nconst D = ${JSON.stringify(folder)};\n${body}\n`;
    for (const [name, body] of Object.entries({ sbatch, squeue, sacct: 'process.exit(1);' })) fs.writeFileSync(path.join(folder, 'bin', name), program(body), { mode: 0o755 });
  }

  get path(): string {
    return `${path.join(this.#folder, 'bin')}${path.delimiter}${process.env.PATH}`;
  }

  /** How many times something was submitted. */
  get submissions(): number {
    return fs.readdirSync(this.#folder).filter((name) => name.startsWith('job-')).length;
  }

  /** Whether a job has not ended, as "1_2". */
  isRunning(job: string): boolean {
    return fs.existsSync(path.join(this.#folder, `task-${job}`)) && !fs.existsSync(path.join(this.#folder, `task-${job}.ended`));
  }

  /** Sends a signal to the process of a job, as "1_2". */
  kill(job: string, signal: NodeJS.Signals): void {
    process.kill(Number(fs.readFileSync(path.join(this.#folder, `task-${job}.process`), 'utf8')), signal);
  }

  /** Ends every job that is still there. */
  end(): void {
    for (const name of fs.readdirSync(this.#folder)) {
      const job = /^task-(\d+_\d+)\.process$/.exec(name)?.[1];
      if (job && this.isRunning(job)) this.kill(job, 'SIGKILL');
    }
  }
}
