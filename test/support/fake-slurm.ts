import fs from 'node:fs';
import path from 'node:path';

const programs = {
  sbatch: `[ -f "$D/refuses" ] && { cat "$D/refuses" >&2; exit 1; }
n=$(($(cat "$D/jobs") + 1)); echo $n > "$D/jobs"
for a in "$@"; do printf '%s\\n' "$a"; done > "$D/submission-$n"
env > "$D/environment-$n"
[ -f "$D/notice" ] && cat "$D/notice"
echo "$n;cluster"`,
  squeue: `printf '%s\\n' "$@" > "$D/asked"
[ -f "$D/silent" ] && { echo 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)' >&2; exit 1; }
cat "$D/queue"`,
  sacct: `[ -f "$D/past" ] || { echo 'Slurm accounting storage is disabled' >&2; exit 1; }
cat "$D/past"`,
};

/** Programs that stand in for Slurm's: a test says what the queue holds, and sees what was submitted. */
export class FakeSlurm {
  readonly #folder: string;

  /** Makes the programs in a folder; `PATH` is what to look for them in. */
  constructor(folder: string) {
    this.#folder = folder;
    fs.mkdirSync(path.join(folder, 'bin'), { recursive: true });
    for (const [name, body] of Object.entries(programs)) fs.writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\nD='${folder}'\n${body}\n`, { mode: 0o755 });
    this.put('jobs', '0');
    this.queue([]);
  }

  get path(): string {
    return `${path.join(this.#folder, 'bin')}${path.delimiter}${process.env.PATH}`;
  }

  /** What the queue holds: "1_2 RUNNING", "1_3 PENDING Resources". Lines of another form are shown as they are. */
  queue(entries: readonly string[]): void {
    const line = (entry: string) => entry.replace(/^(\d+)_(\d+) ([A-Z_]+) ?(\S*)$/, (_, job: string, task: string, state: string, reason: string) => `${job}|${task}|${state}|${reason || 'None'}`);
    this.put('queue', entries.map((entry) => `${line(entry)}\n`).join(''));
  }

  /** What the accounting tells; not called: there is none. */
  past(lines: readonly string[]): void {
    this.put('past', `${lines.join('\n')}\n`);
  }

  put(file: 'jobs' | 'queue' | 'past' | 'refuses' | 'silent' | 'notice', content: string): void {
    fs.writeFileSync(path.join(this.#folder, file), content);
  }

  take(file: 'refuses' | 'silent' | 'notice'): void {
    fs.rmSync(path.join(this.#folder, file));
  }

  /** Arguments of each call of sbatch that was not refused, the first first. */
  get submissions(): string[][] {
    const count = Number(fs.readFileSync(path.join(this.#folder, 'jobs'), 'utf8'));
    return Array.from({ length: count }, (_, i) => fs.readFileSync(path.join(this.#folder, `submission-${i + 1}`), 'utf8').trimEnd().split('\n'));
  }

  /** Elements of the arrays that were submitted, as sbatch was told. */
  get arrays(): string[] {
    return this.submissions.map((args) => args.find((arg) => arg.startsWith('--array='))!.slice('--array='.length));
  }

  /** Environment of a call of sbatch. */
  environment(job: number): string {
    return fs.readFileSync(path.join(this.#folder, `environment-${job}`), 'utf8');
  }

  /** Arguments of the last call of squeue. */
  get asked(): string[] {
    return fs.readFileSync(path.join(this.#folder, 'asked'), 'utf8').trimEnd().split('\n');
  }
}
