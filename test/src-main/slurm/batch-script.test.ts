import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { batchArguments, batchScript, type BatchScriptRequest } from '../../../src-main/slurm/batch-script';
import { slurmOptions } from '../../../src-main/slurm/options';
import { removeFolder, temporaryFolder } from '../../support/temporary';

let place: string;
beforeEach(() => (place = temporaryFolder('batch script')));
afterEach(() => removeFolder(place));

const options = { partition: 'gpu', time: '4:00:00', mem: '8G', gres: 'gpu:1', account: null, cpusPerTask: 4, atOnce: null, modules: [], sbatchArguments: ['--qos=long', '--exclusive'] };
const request = (o: Partial<BatchScriptRequest> = {}): BatchScriptRequest => ({
  sweep: 'nine', jobName: 'glyphscope-nine-1', work: '/shared/work', script: '/shared/work/sweep.sbatch', logs: '/shared/work/logs', options, node: '/opt/node', cli: '/opt/cli.mjs', environment: { GLYPHSCOPE_OUT: '/opt/out' }, ...o,
});

it('asks of Slurm what the user asks, and nothing that was not asked', () => {
  const lines = batchScript(request()).split('\n').filter((line) => line.startsWith('#SBATCH '));
  expect(lines).toEqual(['--job-name=glyphscope-nine-1', '--output=/shared/work/logs/%A_%a.log', '--open-mode=append', '--nodes=1', '--ntasks=1', '--cpus-per-task=4', '--partition=gpu', '--time=4:00:00', '--mem=8G', '--gres=gpu:1', '--requeue', '--qos=long', '--exclusive'].map((line) => `#SBATCH ${line}`));
  expect(batchArguments(request()).map(([name]) => name)).not.toContain('--account');
});

it('runs the program in the shell\'s place with what it was given, whatever characters the paths have', () => {
  const odd = join(place, `it's "odd" $HOME \\ 100%`);
  mkdirSync(odd);
  const node = join(odd, 'node');
  writeFileSync(node, '#!/bin/sh\nprintf "%s\\n" "$GLYPHSCOPE_OUT" "$@"\n', { mode: 0o755 });
  const script = batchScript(request({ work: odd, node, cli: join(odd, 'cli.mjs'), logs: odd, environment: { GLYPHSCOPE_OUT: odd } }));
  writeFileSync(join(place, 'script'), script);
  expect(execFileSync('bash', [join(place, 'script')], { encoding: 'utf8' }).trimEnd().split('\n')).toEqual([odd, join(odd, 'cli.mjs'), 'slurm-task', '--work', odd]);
  expect(script).toContain(`#SBATCH --output="`);
  expect(script).toContain('100%%/%A_%a.log');
});

it('loads environment modules first', () => {
  const lines = batchScript(request({ options: { ...options, modules: ['cuda/12.4', 'node js'] } })).split('\n');
  expect(lines.indexOf('module load cuda/12.4')).toBeLessThan(lines.findIndex((line) => line.startsWith('exec ')));
  expect(lines).toContain("module load 'node js'");
});

it('takes no wish that would begin a line of the script', () => {
  for (const bad of [{ partition: 'a\n#SBATCH --x' }, { mem: '' }, { modules: ['a\nrm -rf x'] }, { sbatchArguments: ['qos=long'] }]) expect(slurmOptions.safeParse({ ...options, ...bad }).success).toBe(false);
  expect(slurmOptions.safeParse(options).success).toBe(true);
});
