import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sampleImages, zipOf, type Member } from '../dataset/archives';
import { seeded, shuffled } from '../evaluation/random';
import { buildChildren, endOf, removeChildren, run, smallResources } from './built-engine';

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'glyphscope-order-'));
  await buildChildren();
  symlinkSync(join(import.meta.dirname, '../../../resources/run'), join(await smallResources(), 'run'));
});
afterAll(() => {
  removeChildren();
  rmSync(folder, { recursive: true, force: true });
});

/** What a new library says of the run that comes with the app, on images imported in the order given. */
async function measured(name: string, images: Member[]) {
  writeFileSync(join(folder, `${name}.zip`), zipOf(images));
  const running = await run(join(folder, name), { firstLaunch: false });
  const { engine, client } = running;
  try {
    await endOf(running, (await client.host.importPath({ path: join(folder, `${name}.zip`), collection: 'images' })).job);
    const collection = (await client.collections.list()).find((one) => one.name === 'images')!.id;
    const both = { run: (await client.runs.list())[0].id, collection };
    const first = (await client.images.list({ collection, offset: 0, limit: 10 })).items.map((image) => image.label);
    for (const start of [client.runs.evaluate, client.runs.measureStatistics] as const) expect(await endOf(running, (await start(both)).job)).toMatchObject({ state: 'done' });
    expect(await endOf(running, (await client.runs.measureFewShot({ ...both, shots: [1, 4], draws: 3 })).job)).toMatchObject({ state: 'done' });
    return { first, evaluation: await client.runs.evaluation(both), statistics: await client.runs.statistics(both), fewShot: await client.runs.fewShot(both) };
  } finally {
    await engine.close();
  }
}

it('the order of an import changes no digit of what is measured, also where the split is drawn', async () => {
  // No train and test folders: the split is drawn. Sorted by class, and shuffled.
  const sorted = (await sampleImages(2000)).filter((_, i) => i % 16 === 0).map(({ label, bytes }, i) => ({ name: `${label}/${i}.jpg`, bytes })).sort((x, y) => (x.name < y.name ? -1 : 1));
  const mixed = await measured('mixed', shuffled(sorted.length, seeded(1)).map((i) => sorted[i]));
  const inOrder = await measured('sorted', sorted);
  expect(new Set(inOrder.first).size).toBe(1);
  expect(new Set(mixed.first).size).toBeGreaterThan(3);
  expect(inOrder.evaluation!.protocol).toContain('a fifth of each class was drawn');
  expect({ ...inOrder, first: null }).toEqual({ ...mixed, first: null });
}, 120_000);
