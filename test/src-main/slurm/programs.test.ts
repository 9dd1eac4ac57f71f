import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ranges, slurm } from '../../../src-main/slurm/programs';
import { FakeSlurm } from '../../support/fake-slurm';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const before = { ...process.env };
let place: string;
beforeEach(() => (place = temporaryFolder('slurm')));
afterEach(() => {
  process.env = { ...before };
  removeFolder(place);
});

it('writes the elements of an array as sbatch reads them', () => {
  expect(ranges([3, 1, 2, 7, 9, 10, 7])).toBe('1-3,7,9-10');
  expect(ranges([5])).toBe('5');
});

it('says when there is no Slurm here', async () => {
  process.env.PATH = place;
  await expect(slurm.submit('x', [], { tasks: [1], atOnce: null })).rejects.toMatchObject({ code: 'SLURM_UNAVAILABLE', message: "Slurm's sbatch was not found: it is not on the PATH of this machine.", remedy: expect.stringContaining('login node') });
  await expect(slurm.version()).rejects.toMatchObject({ code: 'SLURM_UNAVAILABLE', subject: 'sbatch' });
  await expect(slurm.queue('x')).rejects.toMatchObject({ message: expect.stringContaining("Slurm's squeue was not found") });
});

it('keeps what an enclosing job set from sbatch, and the user\'s own defaults with it', async () => {
  const fake = new FakeSlurm(place);
  process.env = { ...before, PATH: fake.path, SLURM_JOB_ID: '77', SLURM_MEM_PER_CPU: '5', SQUEUE_STATES: 'PD', SLURM_CONF: '/etc/slurm.conf', SBATCH_ACCOUNT: 'mine', LC_ALL: 'de_DE.UTF-8' };
  expect(await slurm.submit('s', [], { tasks: [1], atOnce: null })).toBe('1');
  const given = fake.environment(1);
  for (const line of ['SLURM_CONF=/etc/slurm.conf', 'SBATCH_ACCOUNT=mine', 'LC_ALL=C']) expect(given).toContain(line);
  for (const name of ['SLURM_JOB_ID', 'SLURM_MEM_PER_CPU', 'SQUEUE_STATES']) expect(given).not.toContain(name);
});

it('refuses an answer of sbatch without a number', async () => {
  writeFileSync(join(place, 'sbatch'), '#!/bin/sh\necho Thank you!\n', { mode: 0o755 });
  process.env.PATH = `${place}:${before.PATH}`;
  await expect(slurm.submit('s', [], { tasks: [1], atOnce: null })).rejects.toMatchObject({ code: 'SLURM_UNAVAILABLE', message: 'sbatch did not say the number of the job: "Thank you!".' });
});
