import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writePictures } from '../support/images';
import { engineEntry, root, runCommand } from '../support/command-line';
import { removeFolder, temporaryFolder } from '../support/temporary';

const graph = path.join(root, 'test/teacher-graphs/dinov2-tiny');
let folder: string;

beforeAll(() => {
  if (!fs.existsSync(engineEntry)) throw new Error('The engine is not built: run `npm run build`.');
  folder = temporaryFolder('run-with-teacher');
});
afterAll(() => removeFolder(folder));

async function ask<T>(library: string, ...args: string[]): Promise<T> {
  const { status, stdout, stderr } = await runCommand([...args, '--library', path.join(folder, library), '--json']);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as T;
}
const symbolsOf = (library: string, picture: string) => ask<{ symbols: number[] }>(library, 'describe', picture, '--run', 'moved');

it('a run whose teacher is not the embedded one says the same in a library that did not have that teacher', async () => {
  const photos = path.join(folder, 'photos');
  await writePictures(photos, 40);
  const picture = fs.readdirSync(photos, { recursive: true, withFileTypes: true }).find((entry) => entry.isFile())!;
  const file = path.join(picture.parentPath, picture.name);
  await ask('here', 'teachers', 'add', graph, '--name', 'small-dino');
  await ask('here', 'import', photos, '--collection', 'photos');
  await ask('here', 'train', '--collection', 'photos', '--teacher', 'small-dino', '--preset', 'tiny', '--vocabulary', '8', '--steps', '10', '--batch', '8', '--backend', 'wasm', '--name', 'moved');
  const exported = path.join(folder, 'exported');
  await ask('here', 'export-run', 'moved', exported, '--with-teacher');

  const { status, stdout, stderr } = await runCommand(['import-run', exported, '--library', path.join(folder, 'there')]);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('"moved" imported: it describes images with the teacher small-dino, which was added from its folder.');
  expect((await symbolsOf('there', file)).symbols).toEqual((await symbolsOf('here', file)).symbols);
  // Where the teacher is, it is taken; the run comes under another name.
  const again = await runCommand(['import-run', exported, '--library', path.join(folder, 'there')]);
  expect(again.stdout).toContain('"moved 2" imported: it describes images with the teacher small-dino.');
});
