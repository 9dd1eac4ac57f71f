import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { engineEntry, runCommand, startCommand, until } from '../support/command-line';
import { writePictures } from '../support/images';
import { RunningSlurm } from '../support/running-slurm';
import { removeFolder, temporaryFolder } from '../support/temporary';

interface SweepResult {
  done: number;
  failed: number;
  rows: Record<string, string | number | null>[];
}

/** The built command line with programs in Slurm's place that run the jobs here; slurm.test.ts asks a real one. */
describe('glyphscope sweep --slurm', () => {
  let folder: string;
  let slurm: RunningSlurm;
  const library = (name: string) => path.join(folder, name);
  const sweep = (where: string, ...more: string[]) => ['sweep', '--collection', 'pictures', '--preset', 'tiny', '--backend', 'wasm', '--threads', '1', '--batch', '8', '--steps', '200', '--length', '2', '--checkpoint-every', '20', '--grid', 'vocabulary=8,16', '--name', 'two', '--library', library(where), ...more];
  const jobs = () => ({ PATH: slurm.path });
  const rows = (said: string) => (JSON.parse(said) as SweepResult).rows.map(({ seconds: _, ...row }) => row);

  beforeAll(async () => {
    if (!fs.existsSync(engineEntry)) throw new Error('The engine is not built: run `npm run build`.');
    folder = temporaryFolder('slurm jobs');
    slurm = new RunningSlurm(path.join(folder, 'fake'));
    await writePictures(path.join(folder, 'pictures'), 96, ['a', 'b']);
    for (const args of [['import', path.join(folder, 'pictures'), '--collection', 'pictures'], ['features', '--collection', 'pictures']]) {
      const { status, stderr } = await runCommand([...args, '--library', library('here')]);
      expect(status, stderr).toBe(0);
    }
    fs.cpSync(library('here'), library('there'), { recursive: true });
  }, 120_000);
  afterAll(() => {
    slurm.end();
    removeFolder(folder);
  });

  it('ends with the table of a sweep on this machine, though a job and the process that follows it are killed', async () => {
    const args = sweep('there', '--slurm', '--poll', '1', '--json');
    const work = path.join(library('there'), 'sweeps', 'two', 'slurm');
    const first = startCommand(args, jobs());
    const told = path.join(work, 'tasks', '1', 'progress.json');
    await vi.waitUntil(() => fs.existsSync(told) && ((JSON.parse(fs.readFileSync(told, 'utf8')) as { step: { step: number } | null }).step?.step ?? 0) > 20, { timeout: 60_000, interval: 50 });
    slurm.kill('1_1', 'SIGKILL');
    await until(first, 'stderr', /GS 8: its job ended with an error \(FAILED\); submitted again as 2_1, to go on from its last checkpoint/);
    const second = await runCommand(args, jobs());
    expect(JSON.parse(second.stderr)).toMatchObject({ code: 'RUN_BUSY', message: 'Another process follows the sweep "two".' });
    first.child.kill('SIGKILL');
    await first.finished;

    const through = await runCommand(args, jobs());
    expect(through.status, through.stderr).toBe(0);
    expect(slurm.submissions).toBe(2);
    const local = await runCommand(sweep('here', '--parallel', '2', '--json'));
    expect(rows(through.stdout)).toEqual(rows(local.stdout));
    expect(fs.readdirSync(path.join(library('there'), 'sweeps', 'two')).filter((name) => name !== 'slurm')).toEqual(fs.readdirSync(path.join(library('here'), 'sweeps', 'two')));
    const listed = JSON.parse((await runCommand(['runs', '--json', '--library', library('there')])).stdout) as { runs: { sweep: string | null; state: string; step: number; encoded: string[] }[] };
    expect(listed.runs.filter((run) => run.sweep === 'two').map(({ state, step, encoded }) => [state, step, encoded])).toEqual(Array(2).fill(['finished', 200, ['pictures']]));
    expect(fs.existsSync(path.join(work, 'tasks', '1', 'runs'))).toBe(false); // they are in the library

    const again = await runCommand(args, jobs());
    expect([again.status, rows(again.stdout)]).toEqual([0, rows(through.stdout)]);
    expect(slurm.submissions).toBe(2);
  }, 240_000);

  it('shows what cannot be trained in its row, and refuses another grid under the same name', async () => {
    const other = await runCommand(sweep('there', '--slurm', '--seed', '7'), jobs());
    expect(other.stderr).toContain('was begun with other settings. Give the same flags as then, or another --name. [INVALID_INPUT]');
    const { status, stdout } = await runCommand(['sweep', '--collection', 'pictures', '--preset', 'tiny', '--backend', 'wasm', '--grid', 'batch=4096', '--name', 'large', '--library', library('there'), '--slurm', '--poll', '1', '--json'], jobs());
    expect(status).toBe(1);
    expect(rows(stdout)).toMatchObject([{ label: 'batch 4096', state: expect.stringMatching(/the batch needs 4096\. \[COLLECTION_TOO_SMALL\]/) }]);
  }, 120_000);

  it('ends a job that was taken for dead when another trains its variant, and Ctrl-C leaves the jobs alone', async () => {
    const args = ['sweep', '--collection', 'pictures', '--preset', 'tiny', '--backend', 'wasm', '--batch', '8', '--steps', '100000', '--grid', 'vocabulary=8', '--name', 'long', '--library', library('there'), '--slurm', '--poll', '1'];
    const work = path.join(library('there'), 'sweeps', 'long', 'slurm');
    const before = slurm.submissions;
    const following = startCommand(args, jobs());
    await until(following, 'stderr', /GS 8 step [1-9]/);
    following.child.kill('SIGINT');
    expect(await following.finished).toMatchObject({ status: 130, stderr: expect.stringMatching(/No longer following the sweep "long"; its jobs go on in Slurm\. The same command follows them again; `scancel --name=glyphscope-long-[0-9a-f]{8}` ends them\. \[CANCELLED\]/) });
    const job = `${before + 1}_1`;
    expect(slurm.isRunning(job)).toBe(true);
    fs.writeFileSync(path.join(work, 'tasks', '1', 'claim.json'), JSON.stringify({ token: 'another', job: '99_1', node: 'elsewhere', at: Date.now() }));
    await vi.waitUntil(() => !slurm.isRunning(job), { timeout: 60_000, interval: 100 });
    expect(fs.readFileSync(path.join(work, 'logs', `${job}.log`), 'utf8')).toContain('The job 99_1 on elsewhere trains this variant now.');
    expect(JSON.parse(fs.readFileSync(path.join(work, 'tasks', '1', 'claim.json'), 'utf8'))).toMatchObject({ token: 'another' });
  }, 120_000);

  it('says where there is no Slurm, before anything is computed', async () => {
    const { status, stderr } = await runCommand(sweep('here', '--slurm', '--out', path.join(folder, 'elsewhere')), { PATH: folder });
    expect([status, stderr]).toEqual([1, expect.stringContaining("Slurm's sbatch was not found: it is not on the PATH of this machine.")]);
    expect(fs.existsSync(path.join(folder, 'elsewhere', 'slurm', 'plan.json'))).toBe(false);
  });
});
