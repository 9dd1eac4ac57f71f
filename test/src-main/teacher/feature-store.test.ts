import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FeatureStore } from '../../../src-main/teacher/feature-store';
import { removeFolder, temporaryFolder } from '../../support/temporary';

let folder: string;
beforeEach(() => (folder = temporaryFolder('features')));
afterEach(() => removeFolder(folder));

const spec = { width: 3, records: 2, name: 'views-0' };
const open = () => FeatureStore.open(folder, spec);
/** Six numbers that belong to a slot. */
const numbers = (...slots: number[]) => Float32Array.from(slots.flatMap((slot) => [0, 1, 2, 3, 4, 5].map((i) => slot * 10 + i)));

describe('FeatureStore', () => {
  it('gives back what was written, in the order asked for, also after opening again', async () => {
    const store = open();
    store.write([5, 2, 1_000], numbers(5, 2, 1_000));
    store.write([3], numbers(3));
    expect(store.gather([2, 3, 5, 1_000, 2])).toEqual(numbers(2, 3, 5, 1_000, 2));
    await store.flush();
    store.close();
    const again = open();
    expect(again.gather([1_000, 5, 3, 2])).toEqual(numbers(1_000, 5, 3, 2));
    const out = new Float32Array(100);
    expect(again.gather([3], out).subarray(0, 6)).toEqual(numbers(3));
    again.close();
  });

  it('knows what is missing', () => {
    const store = open();
    store.write([1, 4], numbers(1, 4));
    expect([...store.missing([4, 3, 1, 0, 9])]).toEqual([3, 0, 9]);
    expect([store.has(1), store.has(2), store.has(10_000)]).toEqual([true, false, false]);
    expect(() => store.gather([1, 2])).toThrow('The teacher features (views-0) of image 3 have not been computed.');
    store.close();
  });

  it('shows a reader what was flushed and nothing before', async () => {
    const writer = open();
    const reader = open();
    writer.write([0, 1], numbers(0, 1));
    expect([...reader.missing([0, 1, 2])]).toEqual([0, 1, 2]);
    await writer.flush();
    expect([...reader.missing([0, 1, 2])]).toEqual([2]);
    expect(reader.gather([1, 0])).toEqual(numbers(1, 0));
    writer.close();
    reader.close();
  });

  it('writes a done byte only after its data, so that a cut-off write leaves nothing half', async () => {
    const store = open();
    store.write([0], numbers(0));
    expect(readFileSync(join(folder, 'views-0.done')).length).toBe(0);
    expect(statSync(join(folder, 'views-0.f32')).size).toBe(24);
    await store.flush();
    expect([...readFileSync(join(folder, 'views-0.done'))]).toEqual([1]);
    store.close();
  });

  it('survives the writer being killed at any moment', async () => {
    // Another process writes slot after slot, flushing now and then, until it is killed.
    const script = join(folder, 'writer.mjs');
    writeFileSync(
      script,
      `import { createServer } from ${JSON.stringify(import.meta.resolve('vite'))};
       const vite = await createServer({ root: ${JSON.stringify(join(import.meta.dirname, '../../..'))}, configFile: false, logLevel: 'error', server: { middlewareMode: true }, appType: 'custom' });
       const { FeatureStore } = await vite.ssrLoadModule('/src-main/teacher/feature-store.ts');
       const store = FeatureStore.open(${JSON.stringify(folder)}, ${JSON.stringify(spec)});
       for (let slot = 0; ; slot++) {
         store.write([slot], Float32Array.from([0, 1, 2, 3, 4, 5], (i) => slot * 10 + i));
         if (slot % 50 === 49) { await store.flush(); if (slot === 499) console.log('under way'); }
       }`,
    );
    const writer = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(writer.stdout, 'data');
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    const store = open();
    const missing = store.missing(Array.from({ length: 500 }, (_, slot) => slot));
    expect([...missing]).toEqual([]);
    let slot = 0;
    for (; store.has(slot); slot++) expect(store.gather([slot])).toEqual(numbers(slot));
    store.write([slot], numbers(slot));
    await store.flush();
    expect(store.gather([slot])).toEqual(numbers(slot));
    store.close();
  });

  it('refuses files that were made for something else', () => {
    open().close();
    expect(() => FeatureStore.open(folder, { ...spec, width: 4 })).toThrow(/views-0\.json does not speak of 2 × 4 numbers for each image\./);
    writeFileSync(join(folder, 'views-0.json'), '{');
    expect(open).toThrow(/views-0\.json is not JSON/);
  });

  it('says when its data is cut short, and when numbers and slots do not fit', async () => {
    const store = open();
    expect(() => store.write([1, 2], numbers(1))).toThrow('2 slots need 12 numbers, not 6');
    store.write([0, 1], numbers(0, 1));
    await store.flush();
    truncateSync(join(folder, 'views-0.f32'), 30);
    expect(() => store.gather([0, 1])).toThrow(/views-0\.f32 is cut short/);
    store.close();
  });

  it('keeps slots far apart in little space', async () => {
    const store = FeatureStore.open(folder, { width: 256, records: 1, name: 'clean' });
    store.write([0, 2_000_000], new Float32Array(512).fill(7));
    await store.flush();
    expect(store.gather([2_000_000])[255]).toBe(7);
    expect(statSync(join(folder, 'clean.f32')).blocks * 512).toBeLessThan(1_000_000);
    store.close();
  });
});
