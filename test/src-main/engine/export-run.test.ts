import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runFolderFiles } from '../../../src-main/contract/run-folder';
import { decodeSafetensors } from '../../../src-main/training/safetensors';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { buildChildren, endOf, removeChildren, run, type Running } from './built-engine';

const picture = join(import.meta.dirname, '../../teacher-graphs/wide.png');
let folder: string;
let engine: Running;
let embedded: number;

beforeAll(async () => {
  folder = temporaryFolder('export-run');
  await buildChildren();
  engine = await run(join(folder, 'library'), { firstLaunch: false });
  embedded = (await engine.client.runs.list())[0].id;
});
afterAll(async () => {
  await engine.engine.close();
  removeChildren();
  removeFolder(folder);
});

const describe = async (run: number) => (await engine.client.host.describePath({ run, path: picture })).description;

it('a run goes out as a folder and comes back as another run, which describes the same', async () => {
  const target = join(folder, 'out', 'run');
  expect(await endOf(engine, (await engine.client.host.exportRunPath({ run: embedded, path: target })).job)).toMatchObject({ state: 'done', summary: expect.stringContaining(target) });
  expect(readdirSync(target).sort()).toEqual([...Object.keys(runFolderFiles), 'manifest.json', 'teacher'].sort());
  expect(decodeSafetensors(readFileSync(join(target, 'model.safetensors')), 'm').map(({ name }) => name)).toEqual(expect.arrayContaining(['codes', 'feature.mean', 'readout.layer0.weight']));
  const descriptor = await InferenceSession.create(join(target, 'descriptor.onnx'));
  expect([descriptor.inputNames, descriptor.outputNames]).toEqual([['features'], ['symbols', 'probabilities']]);
  const card = readFileSync(join(target, 'README.md'), 'utf8');
  for (const words of ['GS 128: Gumbel softmax, residual descriptor, causal interpreter', '| symbols read | k-NN top-1 |', 'python describe.py picture.jpg\n', '→ `symbols` int64 [N, 8]']) expect(card).toContain(words);

  const job = await endOf(engine, (await engine.client.host.importRunPath({ path: target, name: 'Back' })).job);
  expect(job).toMatchObject({ state: 'done' });
  const back = await engine.client.runs.get({ run: job.counts!.run });
  expect(back).toMatchObject({ name: 'Back', usable: true, embedded: false });
  const [own, theirs] = [await describe(embedded), await describe(back.id)];
  expect(theirs.symbols).toEqual(own.symbols);
  expect(theirs.probabilities).toEqual(own.probabilities);

  // And out again: what was measured where it came from still stands in its card.
  await endOf(engine, (await engine.client.host.exportRunPath({ run: back.id, path: join(folder, 'again') })).job);
  expect(readFileSync(join(folder, 'again', 'evaluation.json'), 'utf8')).toBe(readFileSync(join(target, 'evaluation.json'), 'utf8'));
});

it('a browser fetches it as one archive, and sends it back', async () => {
  const { client } = engine;
  const { job } = await client.runFolders.toDownload({ run: embedded });
  await endOf(engine, job);
  const files = await client.exports.files({ job });
  expect(files.map(({ name }) => name)).toEqual(['CIFAR-10 GS 128.tar']);
  const { upload } = await client.imports.beginUpload();
  await client.imports.uploadFile({ upload, name: files[0].name, file: new Blob([readFileSync(join(folder, 'library', 'exports', job, files[0].name))]) });
  expect(await endOf(engine, (await client.runFolders.finishUpload({ upload })).job)).toMatchObject({ state: 'done', summary: expect.stringContaining('"CIFAR-10, GS 128 2" imported') });
  expect(readdirSync(join(folder, 'library', 'uploads'))).toEqual([]);
});

it('is refused where something lies already, and leaves nothing behind where it was cancelled', async () => {
  const target = join(folder, 'mine');
  mkdirSync(target);
  writeFileSync(join(target, 'letter.txt'), 'mine');
  const { client } = engine;
  expect(await endOf(engine, (await client.host.exportRunPath({ run: embedded, path: target })).job)).toMatchObject({ state: 'failed', error: { code: 'INVALID_INPUT', subject: target } });
  expect(readdirSync(target)).toEqual(['letter.txt']);
  const { job } = await client.host.exportRunPath({ run: embedded, path: join(folder, 'nothing') });
  await client.jobs.cancel({ job });
  expect(await endOf(engine, job)).toMatchObject({ state: 'cancelled' });
  expect(existsSync(join(folder, 'nothing'))).toBe(false);
  expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
});

it('a teacher is not removed while a deleted run needs it, and a run in use is not deleted', async () => {
  const { client } = engine;
  const back = (await client.runs.list()).find(({ name }) => name === 'Back')!;
  expect(await client.runs.remove({ runs: [back.id] })).toMatchObject({ title: 'Deleted “Back”' });
  expect((await client.deletedRuns.list()).runs.map(({ name }) => name)).toEqual(['Back']);
  expect((await client.teachers.list())[0].runs).toBe((await client.runs.list()).length + 1);
  expect(await client.curate.undo()).toBe('Deleted “Back”');
  expect((await describe(back.id)).symbols).toHaveLength(8);
});
