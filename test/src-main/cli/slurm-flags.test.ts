import { expect, it } from 'vitest';
import { parseArguments } from '../../../src-main/cli/arguments';
import { slurmRequest } from '../../../src-main/cli/slurm-flags';
import { sweepCommand } from '../../../src-main/cli/sweep';

const request = (...args: string[]) => slurmRequest(parseArguments(sweepCommand, ['--collection', 'Birds', ...args]));

it('asks Slurm for nothing that was not asked for', () => {
  expect(request('--slurm')).toEqual({
    options: { partition: null, time: null, mem: null, gres: null, account: null, cpusPerTask: 1, atOnce: null, modules: [], sbatchArguments: [] },
    work: null,
    resubmit: 5,
    poll: 10_000,
  });
});

it('hands on what was asked for', () => {
  const { options, resubmit } = request('--slurm', '--partition', 'gpu', '--time=1-00:00:00', '--gres', 'gpu:1', '--parallel', '8', '--module', 'cuda/12', '--module', 'gcc', '--sbatch-arg=--qos=long', '--resubmit', '0', '--threads', '4')!;
  expect(options).toMatchObject({ partition: 'gpu', time: '1-00:00:00', gres: 'gpu:1', atOnce: 8, cpusPerTask: 4, modules: ['cuda/12', 'gcc'], sbatchArguments: ['--qos=long'] });
  expect(resubmit).toBe(0);
  expect(request('--slurm', '--threads', '4', '--cpus-per-task', '2')!.options.cpusPerTask).toBe(2);
});

it('is no part of a sweep on this machine, where its flags make no sense', () => {
  expect(request()).toBeNull();
  for (const flag of [['--partition', 'gpu'], ['--sbatch-arg=--qos=long'], ['--resubmit', '2']]) expect(() => request(...flag)).toThrow(`${flag[0].replace(/=.*/, '')} is for sweeps with --slurm.`);
});

it('refuses what could be a line of its own in the script, and numbers that are none', () => {
  for (const [args, says] of [
    [['--partition', 'a\n#SBATCH --uid=0'], '--partition has a line break or another control character.'],
    [['--mem', ' '], '--mem is empty.'],
    [['--sbatch-arg=qos=long'], '--sbatch-arg begins with no dash.'],
    [['--cpus-per-task', '0'], '--cpus-per-task is a whole number from 1 to 1,024'],
    [['--poll', 'often'], '--poll is a whole number'],
  ] as const)
    expect(() => request('--slurm', ...args)).toThrow(says);
});
