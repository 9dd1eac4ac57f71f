/** The vector worker (worker thread, out/engine/vectors.mjs): holds embedding sets and answers vector-client.ts. */
import { parentPort } from 'node:worker_threads';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { prepareSet, type PreparedSet } from './embedding-set';
import { mapOf, mapPoints } from './map';
import { findNeighbours, neighboursOfImage } from './neighbours';
import { prefixNodeOf } from './prefix-tree';
import { ownBuffers, type MapResult, type VectorOperation, type VectorOperations, type VectorReply, type VectorRequest } from './vector-protocol';
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
  neighboursOfImage: ({ key, image, count }) => neighboursOfImage(setOf(key), image, count),
  vocabulary: ({ key, exemplars }) => vocabularyOf(setOf(key), exemplars),
  symbol: ({ key, symbol, images }) => symbolOf(setOf(key), symbol, images),
  prefix: ({ key, question }) => prefixNodeOf(setOf(key), question),
  mapPoints: ({ key }) => mapPoints(setOf(key)),
  map: async ({ key, seed, nearest }, call): Promise<MapResult> => {
    const set = setOf(key);
    const coordinates = await mapOf(set, { seed, nearest, ...call });
    return { coordinates, images: set.images.slice(), labels: set.labels.slice(), symbols: set.symbols.slice(), classes: set.classes, length: set.length };
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
    const arrays = output === null ? [] : 'coordinates' in output ? ownBuffers(output.coordinates, output.images, output.labels, output.symbols) : 'rows' in output ? ownBuffers(output.rows) : [];
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
