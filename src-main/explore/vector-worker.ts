/** The vector worker (worker thread, out/engine/vectors.mjs): holds embedding sets and answers vector-client.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { prepareSet, type PreparedSet } from './embedding-set';
import { nearestImages } from './kept-neighbours';
import { mapOf, mapPoints } from './map';
import { placeMissing, placeVector, placingPoints } from './map-placing';
import { findNeighbours } from './neighbours';
import { findNear } from './neighbours-by';
import { prefixNodeOf } from './prefix-tree';
import { positionCounts } from './transitions';
import type { LayoutThreads } from './umap';
import { ownBuffers, type MapArrays, type MapResult, type VectorOperation, type VectorOperations, type VectorReply, type VectorRequest } from './vector-protocol';
import { symbolOf, vocabularyOf } from './vocabulary';

interface Call {
  signal: AbortSignal;
  onProgress: Progress;
}
type Handlers = {
  [O in VectorOperation]: (input: VectorOperations[O]['input'], call: Call) => VectorOperations[O]['output'] | Promise<VectorOperations[O]['output']>;
};

const sets = new Map<string, PreparedSet>();

function setOf(key: string): PreparedSet {
  const set = sets.get(key);
  if (!set) throw new GlyphscopeError('NOT_FOUND', `No embeddings are loaded as "${key}".`, { subject: key });
  return set;
}

const handlers: Handlers = {
  load: ({ key, set }) => {
    sets.set(key, prepareSet(set));
    return null;
  },
  unload: ({ key }) => {
    sets.delete(key);
    return null;
  },
  neighbours: ({ key, query }) => findNeighbours(setOf(key), query),
  near: ({ key, query }) => findNear(setOf(key), query),
  positionCounts: ({ key }) => ({ counts: positionCounts(setOf(key)), images: setOf(key).images.length }),
  vocabulary: ({ key, exemplars }) => vocabularyOf(setOf(key), exemplars),
  symbol: ({ key, symbol, images }) => symbolOf(setOf(key), symbol, images),
  prefix: ({ key, question }) => prefixNodeOf(setOf(key), question),
  mapPoints: ({ key }) => mapPoints(setOf(key)),
  map: async ({ key, seed, nearest }, call): Promise<MapResult> => {
    const set = setOf(key);
    const { coordinates, extent } = await mapOf(set, { seed, nearest, threads: workerData as LayoutThreads | null, ...call });
    return { coordinates, extent, images: set.images.slice(), labels: set.labels.slice(), symbols: set.symbols.slice(), classes: set.classes, length: set.length };
  },
  imageRows: ({ key, k }) => {
    const { embeddings, width, images } = setOf(key);
    return { rows: embeddings.slice(), width, k: Math.min(k + 1, images.length) };
  },
  nearestImages: ({ key, k, nearest }, call) => nearestImages(setOf(key), k, { nearest, ...call }),
  placingPoints: ({ key, map }) => placingPoints(setOf(key), map),
  placeVector: ({ key, map, vector }) => placeVector(setOf(key), map, vector),
  placeMissing: async ({ key, map, nearest }, call): Promise<MapArrays> => {
    const set = setOf(key);
    const { coordinates, rows } = await placeMissing(set, map, { nearest, ...call });
    const { classes, length } = set;
    const symbols = new Uint16Array(rows.length * length);
    rows.forEach((row, i) => symbols.set(set.symbols.subarray(row * length, (row + 1) * length), i * length));
    return { coordinates, images: rows.map((row) => set.images[row]), labels: Int16Array.from(rows, (row) => set.labels[row]), symbols, classes, length };
  },
};

const port = parentPort;
if (!port) throw new Error('The vector worker runs as a worker thread only.');
const running = new Map<number, AbortController>();

function handle<O extends VectorOperation>(operation: O, input: VectorOperations[O]['input'], call: Call) {
  return handlers[operation](input, call);
}

async function answer(request: Exclude<VectorRequest, { operation: 'cancel' }>): Promise<void> {
  const { id } = request;
  const controller = new AbortController();
  running.set(id, controller);
  const send = (reply: VectorReply, transfer: ArrayBuffer[] = []) => port?.postMessage(reply, transfer);
  try {
    const output = await handle(request.operation, request.input, { signal: controller.signal, onProgress: (progress) => send({ id, progress }) });
    const arrays = output === null ? [] : 'coordinates' in output ? ownBuffers(output.coordinates, output.images, output.labels, output.symbols) : 'rows' in output ? ownBuffers(output.rows, ...('bank' in output && output.bank ? [output.bank] : [])) : [];
    send({ id, output }, arrays);
  } catch (error) {
    send({ id, error: toErrorDetail(error) });
  } finally {
    running.delete(id);
  }
}

port.on('message', (request: VectorRequest) => {
  if (request.operation === 'cancel') running.get(request.id)?.abort();
  else void answer(request);
});
