import { execFile } from 'node:child_process';
import { GlyphscopeError } from '../contract/errors';

/** One element of a job array as Slurm tells of it. */
export interface QueuedTask {
  /** Number of the array's job; with the element's number it is what Slurm's programs call it: "12_3". */
  job: string;
  task: number;
  /** Slurm's word: PENDING, RUNNING, TIMEOUT, … */
  state: string;
  /** Why it waits or ended: "Resources", "None". */
  reason: string;
}

/** Milliseconds that one of Slurm's programs may take; a busy controller answers slowly. */
const patience = 60_000;
/** Bytes of an answer: some 200 a line, for the largest arrays. */
const longestAnswer = 64 * 2 ** 20;

/** Slurm's own programs, found on the PATH. */
export const slurm = {
  /** What is installed: "slurm-wlm 22.05.8". @throws SLURM_UNAVAILABLE when sbatch is not on the PATH */
  async version(signal?: AbortSignal): Promise<string> {
    return (await ask('sbatch', ['--version'], signal)).trim();
  },

  /**
   * Submits a batch script as an array.
   * @param wishes arguments that stand in the script too: here they win over SBATCH_… variables of the user's shell
   * @param array elements, and how many of them may run at the same time (null: all)
   * @returns the number of the array's job  @throws SLURM_UNAVAILABLE with what sbatch said
   */
  async submit(script: string, wishes: readonly string[], array: { tasks: readonly number[]; atOnce: number | null }): Promise<string> {
    const said = await ask('sbatch', ['--parsable', ...wishes, `--array=${ranges(array.tasks)}${array.atOnce === null ? '' : `%${array.atOnce}`}`, script]);
    // "12" or, in a federation, "12;cluster"; a site's own lines may stand before it.
    const job = /^(\d+)(;\S*)?$/.exec(said.trim().split('\n').at(-1)?.trim() ?? '')?.[1];
    if (!job) throw new GlyphscopeError('SLURM_UNAVAILABLE', `sbatch did not say the number of the job: "${said.trim()}".`, { subject: 'sbatch', remedy: 'Look with squeue whether it was submitted; the same command finds it.' });
    return job;
  },

  /**
   * Elements of all arrays of this name that Slurm knows, also those that ended within the last minutes.
   * @throws SLURM_UNAVAILABLE when the controller does not answer
   */
  async queue(jobName: string, signal?: AbortSignal): Promise<QueuedTask[]> {
    const said = await ask('squeue', ['--noheader', '--array', '--states=all', `--name=${jobName}`, '--format=%F|%K|%T|%r'], signal);
    return said.split('\n').flatMap((line) => {
      const [job, task, state, reason = ''] = line.split('|').map((part) => part.trim());
      // A line of something else (a notice of the site) says nothing of a job.
      return /^\d+$/.test(job) && /^\d+$/.test(task ?? '') && /^[A-Z_]+$/.test(state ?? '') ? [{ job, task: Number(task), state, reason }] : [];
    });
  },

  /** What the accounting knows of ended elements, by "job_task": Slurm's word. Empty where no accounting is kept. */
  async past(jobs: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
    if (jobs.length === 0) return new Map();
    const said = await ask('sacct', ['--noheader', '--parsable2', '--allocations', `--jobs=${jobs.join(',')}`, '--format=JobID,State'], signal).catch(() => ''); // only words for a reader depend on it
    return new Map(
      said.split('\n').flatMap((line) => {
        const [, id, state] = /^(\d+_\d+)\|([A-Z_]+)/.exec(line.trim()) ?? [];
        return id ? [[id, state] as const] : [];
      }),
    );
  },
};

/** Numbers as sbatch takes them: "1-4,7". */
export function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: [number, number][] = [];
  for (const n of sorted) {
    const last = parts.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else parts.push([n, n]);
  }
  return parts.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/** The environment without what an enclosing job or the user's habits set, which these programs would take for wishes. */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => name === 'SLURM_CONF' || !/^(SLURM|SQUEUE|SACCT)_/.test(name));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

/** Runs one of Slurm's programs and gives what it printed. */
function ask(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: plainEnvironment(), timeout: patience, maxBuffer: longestAnswer, signal }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (signal?.aborted) return reject(new GlyphscopeError('CANCELLED', 'Cancelled.', { cause: error }));
      if (error.code === 'ENOENT')
        return reject(
          new GlyphscopeError('SLURM_UNAVAILABLE', `Slurm's ${program} was not found: it is not on the PATH of this machine.`, {
            subject: program,
            remedy: "Run this where Slurm's programs are, as on a login node of the cluster, or leave --slurm out to train on this machine.",
            cause: error,
          }),
        );
      const said = (stderr.trim() || stdout.trim()).replace(/\s*\n\s*/g, ' ');
      reject(
        new GlyphscopeError('SLURM_UNAVAILABLE', `${program} failed: ${said || (error.killed ? `no answer within ${patience / 1000} s` : error.message)}`, {
          subject: program,
          remedy: program === 'sbatch' ? 'Change the wish that it names, or ask with sinfo whether Slurm runs.' : 'Ask with sinfo whether Slurm runs; the same command goes on.',
          cause: error,
        }),
      );
    });
  });
}
