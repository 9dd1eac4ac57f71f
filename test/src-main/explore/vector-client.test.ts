import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { dotAt, prepareSet } from '../../../src-main/explore/embedding-set';
import { mapOf, mapPoints } from '../../../src-main/explore/map';
import { placeMissing, placeVector, placingPoints } from '../../../src-main/explore/map-placing';
import { findNeighbours } from '../../../src-main/explore/neighbours';
import { findNear } from '../../../src-main/explore/neighbours-by';
import { positionCounts } from '../../../src-main/explore/transitions';
import { VectorClient } from '../../../src-main/explore/vector-client';
import { symbolOf, vocabularyOf } from '../../../src-main/explore/vocabulary';
import { builtWorker } from './built-worker';
import { describedSet, rowOf } from './sets';

let folder: string;
let entry: string;
let client: VectorClient;

beforeAll(async () => void ({ folder, entry } = await builtWorker('vector-worker.ts')));
afterEach(() => client.close());
afterAll(() => rmSync(folder, { recursive: true }));

describe('the worker answers', () => {
  test('what the functions answer', async () => {
    client = new VectorClient({ entry });
    const set = prepareSet(describedSet(1, 120));
    await client.load('run 1', describedSet(1, 120));
    expect(client.keys).toEqual(['run 1']);
    const query = { vector: rowOf(set, 4), symbols: [0, 1], count: 9 };
    expect(await client.neighbours('run 1', query)).toEqual(findNeighbours(set, query));
    const near = { by: 'edits' as const, of: { image: set.images[4] }, count: 3 };
    expect(await client.near('run 1', near)).toEqual(findNear(set, near));
    expect(await client.positionCounts('run 1')).toEqual({ counts: positionCounts(set), images: 120 });
    expect(await client.vocabulary('run 1', 4)).toEqual(vocabularyOf(set, 4));
    expect(await client.symbol('run 1', 2, 5)).toEqual(symbolOf(set, 2, 5));
    const phases: string[] = [];
    const map = await client.map('run 1', { seed: 3, onProgress: (p) => phases.push(p.phase) });
    expect(map).toEqual({ ...(await mapOf(set, { seed: 3 })), images: set.images, labels: set.labels, symbols: set.symbols, classes: set.classes, length: 3 });
    expect(new Set(phases)).toEqual(new Set(['nearest neighbours', 'layout']));

    const points = await client.mapPoints('run 1');
    expect(points).toEqual(mapPoints(set));
    const { rows, k } = points;
    const count = rows.length / set.width;
    const order = Array.from({ length: count }, (_, i) => Array.from({ length: count }, (_, j) => ({ j, similarity: dotAt(rows, i * set.width, rows, j * set.width, set.width) })).sort((a, b) => b.similarity - a.similarity).slice(0, k)).flat();
    const nearest = { rows: Int32Array.from(order, ({ j }) => j), similarities: Float32Array.from(order, ({ similarity }) => similarity) };
    expect((await client.map('run 1', { seed: 3, nearest })).coordinates).toEqual((await mapOf(set, { seed: 3, nearest })).coordinates);

    const standing = { id: 1, seed: 3, extent: 9, images: set.images.slice(0, 70), coordinates: (await mapOf(set, { seed: 3 })).coordinates.slice(0, 140) };
    const placed = await placeMissing(set, standing, {});
    expect(await client.placeMissing('run 1', standing, {})).toEqual({
      coordinates: placed.coordinates, images: set.images.slice(70), labels: set.labels.slice(70), symbols: set.symbols.slice(70 * 3), classes: set.classes, length: 3,
    });
    expect(await client.placingPoints('run 1', standing)).toEqual(placingPoints(set, standing));
    expect(await client.placeVector('run 1', standing, set.embeddings.slice(0, 7))).toEqual(await placeVector(set, standing, set.embeddings.slice(0, 7)));
  });

  test('errors as they were thrown', async () => {
    client = new VectorClient({ entry });
    await expect(client.near('nothing', { by: 'vectors', of: { image: 1 }, count: 3 })).rejects.toMatchObject({ code: 'NOT_FOUND', message: 'No embeddings are loaded as "nothing".', subject: 'nothing' });
    await expect(client.load('bad', { ...describedSet(1, 4), images: new Int32Array(3) })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(client.keys).toEqual([]);
  });
});

describe('sets', () => {
  test('are loaded once for callers at the same time, and not again', async () => {
    client = new VectorClient({ entry });
    let loads = 0;
    const loader = async () => {
      loads++;
      return describedSet(1, 10);
    };
    await Promise.all([client.ensure('a', loader), client.ensure('a', loader)]);
    await client.ensure('a', loader);
    expect(loads).toBe(1);
  });

  test('a loader that fails leaves nothing behind', async () => {
    client = new VectorClient({ entry });
    await expect(client.ensure('a', () => Promise.reject(new Error('no file')))).rejects.toThrow('no file');
    await client.ensure('a', () => describedSet(1, 10));
    expect((await client.vocabulary('a', 0)).images).toBe(10);
  });

  test('the least recently used goes when memory is short', async () => {
    const bytes = 10 * (7 * (4 + 1) + 3 * 2 + 4 + 2); // embeddings and their codes, symbols, image, label
    client = new VectorClient({ entry, memoryLimit: 2 * bytes });
    await client.ensure('a', () => describedSet(1, 10));
    await client.ensure('b', () => describedSet(2, 10));
    await client.vocabulary('a', 0);
    await client.ensure('c', () => describedSet(3, 10));
    expect(client.keys).toEqual(['a', 'c']);
    await expect(client.vocabulary('b', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await client.unload('a');
    await expect(client.vocabulary('a', 0)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('work of several calls keeps its set, however many others come', async () => {
    client = new VectorClient({ entry, memoryLimit: 1 });
    await client.ensure('a', () => describedSet(1, 10));
    await client.keeping('a', async () => {
      for (const key of ['b', 'c']) await client.ensure(key, () => describedSet(2, 10));
      expect(client.keys).toEqual(['a', 'c']);
      await client.mapPoints('a');
    });
    await client.ensure('d', () => describedSet(3, 10));
    expect(client.keys).toEqual(['d']);
  });
});

describe('long work', () => {
  const large = () => describedSet(9, 4000, { width: 32, length: 6, vocabulary: 30 });

  test('lets a query in between and can be cancelled', async () => {
    client = new VectorClient({ entry });
    await client.load('large', large());
    const controller = new AbortController();
    const order: string[] = [];
    let asked: Promise<unknown> | undefined;
    const map = client.map('large', {
      seed: 0,
      signal: controller.signal,
      onProgress: () => {
        asked ??= client.near('large', { by: 'vectors', of: { image: 100 }, count: 3 }).then(() => {
          order.push('neighbours');
          controller.abort();
        });
      },
    });
    await expect(map.finally(() => order.push('map'))).rejects.toMatchObject({ code: 'CANCELLED' });
    await asked;
    expect(order).toEqual(['neighbours', 'map']);
    expect((await client.near('large', { by: 'vectors', of: { image: 100 }, count: 3 })).searched).toBe(4000);
  });

  test('cancelled before it starts is not sent', async () => {
    client = new VectorClient({ entry });
    await expect(client.map('none', { seed: 0, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

describe('a worker that dies', () => {
  test('fails its calls, and the next call gets a new one', async () => {
    // Dies at the first message it ever gets, and works from then on.
    const mark = path.join(folder, 'died');
    const fragile = path.join(folder, 'fragile.mjs');
    writeFileSync(fragile, `
      import { existsSync, writeFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      if (existsSync(${JSON.stringify(mark)})) await import('./worker.mjs');
      else parentPort.on('message', () => { writeFileSync(${JSON.stringify(mark)}, ''); process.exit(7); });
    `);
    client = new VectorClient({ entry: fragile });
    await expect(client.ensure('a', () => describedSet(1, 10))).rejects.toMatchObject({ code: 'PROCESS_DIED', message: expect.stringContaining('code 7') });
    expect(existsSync(mark)).toBe(true);
    expect(client.keys).toEqual([]);
    await client.ensure('a', () => describedSet(1, 10));
    expect((await client.vocabulary('a', 0)).images).toBe(10);
  });

  test('an entry that is not there is named', async () => {
    client = new VectorClient({ entry: path.join(folder, 'missing.mjs') });
    await expect(client.vocabulary('a', 0)).rejects.toMatchObject({ code: 'PROCESS_DIED', message: expect.stringContaining('missing.mjs') });
  });

  test('closing fails what is under way', async () => {
    client = new VectorClient({ entry });
    const call = client.ensure('a', () => describedSet(1, 10));
    const outcome = expect(call).rejects.toMatchObject({ code: 'CANCELLED' });
    await client.close();
    await outcome;
    await expect(client.vocabulary('a', 0)).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
