import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineEntry, root, runCommand, startCommand, until } from '../support/command-line';
import { removeFolder, temporaryFolder } from '../support/temporary';

interface SweepResult {
  done: number;
  failed: number;
  folder: string;
  rows: { row: string; label: string; knnTop1: number | null; steps: number | null; state: string | null }[];
}

/** The built command line on the sample collection, with trainings of seconds. */
describe('glyphscope sweep', () => {
  let folder: string;
  let library: string;
  const sweep = (...args: string[]) => ['sweep', '--collection', 'sample', '--preset', 'tiny', '--backend', 'wasm', '--library', library, '--json', ...args];

  beforeAll(async () => {
    if (!fs.existsSync(engineEntry)) throw new Error('The engine is not built: run `npm run build`.');
    folder = temporaryFolder('sweep');
    library = path.join(folder, 'library');
    const imported = await runCommand(['import', path.join(root, 'resources/sample/cifar10-sample.zip'), '--collection', 'sample', '--library', library]);
    expect(imported.status, imported.stderr).toBe(0);
    const features = await runCommand(['features', '--collection', 'sample', '--library', library]);
    expect(features.status, features.stderr).toBe(0);
  }, 180_000);
  afterAll(() => removeFolder(folder));

  it('goes on where it was killed, keeps what was done, and the others go on past one that fails', async () => {
    const args = sweep('--grid', 'batch=16,4096', '--grid', 'vocabulary=8,16', '--steps', '600', '--checkpoint-every', '20', '--parallel', '2', '--name', 'killed', '--out', path.join(folder, 'out'));
    const first = startCommand(args);
    await until(first, 'stderr', /GS (8|16), batch 16 step [1-9]\d/);
    first.child.kill('SIGKILL');
    await first.finished;

    const second = await runCommand(args);
    expect(second.status, second.stderr).toBe(1); // one did not work
    const result = JSON.parse(second.stdout) as SweepResult;
    expect(result).toMatchObject({ done: 2, failed: 2, folder: path.join(folder, 'out') });
    const rows = result.rows.filter(({ row }) => row === 'variant');
    expect(rows.map(({ label, state }) => [label, state!.replace(/:.*/, '')])).toEqual([['GS 8, batch 16', 'done'], ['GS 16, batch 16', 'done'], ['GS 8, batch 4096', 'failed'], ['GS 16, batch 4096', 'failed']]);
    for (const { state, steps, knnTop1 } of rows) {
      if (state === 'done') expect([steps, knnTop1! > 0.1]).toEqual([600, true]);
      else expect(state).toContain('the batch needs 4096. [COLLECTION_TOO_SMALL]');
    }
    const logs = fs.readdirSync(path.join(library, 'runs')).map((run) => path.join(library, 'runs', run, 'log.jsonl')).filter((file) => fs.existsSync(file));
    expect(logs.some((file) => fs.readFileSync(file, 'utf8').includes('Going on from the checkpoint of step'))).toBe(true);
    for (const file of ['table.csv', 'table.md', 'kl.svg', 'knn.csv', 'teacher-entropy.json']) expect(fs.existsSync(path.join(folder, 'out', file)), file).toBe(true);

    const trained = logs.map((file) => fs.statSync(file).mtimeMs);
    const third = JSON.parse((await runCommand(args)).stdout) as SweepResult;
    expect(third.rows).toEqual(result.rows);
    expect(logs.map((file) => fs.statSync(file).mtimeMs)).toEqual(trained);
  }, 240_000);

  it('refuses other settings under the name of a sweep that was begun otherwise', async () => {
    const { status, stderr } = await runCommand(sweep('--grid', 'vocabulary=8,16', '--steps', '60', '--name', 'killed', '--out', path.join(folder, 'other')));
    expect(status).toBe(1);
    expect((JSON.parse(stderr.trim().split('\n').at(-1)!) as { message: string }).message).toBe('"killed" was begun with steps 600, not 60.');
  }, 120_000);

  it('refuses what makes no sense before anything is begun', async () => {
    for (const [given, says] of [[['--small', '--grid', 'seed=1'], '--small and --grid exclude each other'], [['--grid', 'seed=1', '--seed', '2'], 'seed was given as a flag and in --grid'], [['--name', 'a/b'], 'cannot be the name of a run'], [['--parallel', '0'], '--parallel is a whole number']] as const) {
      const { status, stderr } = await runCommand(sweep(...given));
      expect(status).not.toBe(0);
      expect(stderr).toContain(says);
    }
  });
});
