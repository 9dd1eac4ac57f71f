import * as z from 'zod';
import { slurmOptions, type SlurmOptions } from '../slurm/options';
import { UsageError, wholeNumber } from './arguments';
import type { Invocation, Option } from './command';

/** Options of `sweep --slurm`. */
export const slurmFlags: Readonly<Record<string, Option>> = {
  slurm: { help: 'Train the variants as a Slurm job array, each on a node of its own, and follow it; docs/slurm.md tells how. The same command goes on following.' },
  partition: { value: 'NAME', help: 'With --slurm: the partition of the jobs.' },
  time: { value: 'LIMIT', help: 'With --slurm: time limit of a job, as sbatch takes it: 4:00:00. A job that reaches it is submitted again and goes on from its checkpoint.' },
  'cpus-per-task': { value: 'N', help: 'With --slurm: processor cores of a job, which are the threads of its training. Default: --threads, or 1.' },
  mem: { value: 'SIZE', help: 'With --slurm: memory of a job: 8G.' },
  gres: { value: 'LIST', help: 'With --slurm: generic resources of a job: gpu:1.' },
  account: { value: 'NAME', help: 'With --slurm: the account that the jobs are charged to.' },
  module: { value: 'NAME', many: true, help: 'With --slurm: an environment module that each job loads first; again for another.' },
  'sbatch-arg': { value: 'ARGUMENT', many: true, help: 'With --slurm: any other argument of sbatch: --sbatch-arg=--qos=long; again for another.' },
  work: { value: 'DIR', help: 'With --slurm: a folder that all nodes see under the same path, for the files of the jobs. Default: slurm/ in the folder of table and figures, where the jobs read the features of the library; in another place they get a copy.' },
  resubmit: { value: 'N', help: 'With --slurm: how often a job that was lost (node failure, time limit, killed, cancelled) is submitted again, to go on from its last checkpoint. Default: 5.' },
  poll: { value: 'SECONDS', help: 'With --slurm: seconds between two looks at the queue. Default: 10.' },
};

export interface SlurmRequest {
  options: SlurmOptions;
  /** Null: in the folder of table and figures. */
  work: string | null;
  resubmit: number;
  /** Milliseconds between two looks. */
  poll: number;
}

/**
 * What --slurm and the flags that belong to it say; null without it.
 * @throws UsageError naming the flag
 */
export function slurmRequest({ values, lists }: Pick<Invocation, 'values' | 'lists'>): SlurmRequest | null {
  if (!values.slurm) {
    const stray = Object.keys(slurmFlags).find((name) => values[name] !== undefined || (lists[name]?.length ?? 0) > 0);
    if (stray) throw new UsageError(`--${stray} is for sweeps with --slurm.`, { subject: `--${stray}`, remedy: 'Add --slurm, or leave it out.' });
    return null;
  }
  const given = (name: string): string | null => (values[name] === undefined ? null : String(values[name]));
  const number = (name: string, initial: number, least: number, most: number) => wholeNumber(name, given(name) ?? String(initial), least, most);
  const threads = Number(given('threads') ?? 0);
  const options = {
    partition: given('partition'),
    time: given('time'),
    mem: given('mem'),
    gres: given('gres'),
    account: given('account'),
    cpusPerTask: number('cpus-per-task', Math.max(1, threads), 1, 1024),
    atOnce: given('parallel') === null ? null : number('parallel', 1, 1, 1024),
    modules: lists.module ?? [],
    sbatchArguments: lists['sbatch-arg'] ?? [],
  };
  const parsed = slurmOptions.safeParse(options);
  if (!parsed.success) throw refusal(parsed.error.issues[0]);
  return { options: parsed.data, work: given('work'), resubmit: number('resubmit', 5, 0, 1000), poll: 1000 * number('poll', 10, 1, 3600) };
}

const flagOf: Readonly<Record<string, string>> = { modules: 'module', sbatchArguments: 'sbatch-arg' };

function refusal({ path: [field], message }: z.core.$ZodIssue): UsageError {
  const flag = `--${flagOf[String(field)] ?? String(field)}`;
  return new UsageError(`${flag} ${message}.`, { subject: flag });
}
