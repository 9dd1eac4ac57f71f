import { Worker } from 'node:worker_threads';
import { GlyphscopeError } from '../contract/errors';
import type { PrefixNode } from '../contract/explore';
import type { Progress } from '../contract/progress';
import type { EmbeddingSet } from './embedding-set';
import type { NearestImages } from './kept-neighbours';
import type { StandingMap } from './map-placing';
import type { FoundRows, NearestQuestion } from './nearest-graph';
import type { FoundNeighbours, NeighbourQuery } from './neighbours';
import type { NearImages, NearQuery } from './neighbours-by';
import type { PrefixQuestion } from './prefix-tree';
import { ownBuffers, type MapArrays, type MapResult, type VectorOperation, type VectorOperations, type VectorReply, type VectorRequest } from './vector-protocol';
import type { LayoutThreads } from './umap';
import type { SymbolPositions, VocabularyParts } from './vocabulary';

interface Pending {
  resolve: (output: never) => void;
  reject: (error: Error) => void;
  onProgress?: Progress;
}

interface HeldSet {
  loaded: Promise<void>;
  bytes: number;
}

const defaultMemory = 256 * 2 ** 20;

/**
 * The engine's side of the vector worker: embedding sets by key, and questions about them. The worker starts with the
 * first call. Should it end, its calls fail with PROCESS_DIED, the next call starts a new one, and `ensure` loads again.
 * A map lets other calls in between.
 */
export class VectorClient {
  readonly #entry: string;
  readonly #layout: LayoutThreads | null;
  readonly #memoryLimit: number;
  readonly #pending = new Map<number, Pending>();
  /** In order of last use. */
  readonly #held = new Map<string, HeldSet>();
  /** How many pieces of work of several calls each key is kept for. */
  readonly #kept = new Map<string, number>();
  #worker: Worker | null = null;
  #next = 1;
  #closed = false;

  /** @param o.entry built worker, out/engine/vectors.mjs @param o.layout threads that lay maps out; the worker alone without @param o.memoryLimit bytes of sets held at once, 256 MiB unless given */
  constructor(o: { entry: string; layout?: LayoutThreads; memoryLimit?: number }) {
    this.#entry = o.entry;
    this.#layout = o.layout ?? null;
    this.#memoryLimit = o.memoryLimit ?? defaultMemory;
  }

  /** Keys of the sets that are held, the least recently used first. */
  get keys(): string[] {
    return [...this.#held.keys()];
  }

  /**
   * Makes sure that a set is held, calling `loader` only when it is not; calls for one key share one load. Sets not used
   * for longest are let go to stay within the memory limit.
   */
  async ensure(key: string, loader: () => EmbeddingSet | Promise<EmbeddingSet>): Promise<void> {
    const held = this.#held.get(key);
    if (held) {
      this.#touch(key);
      return held.loaded;
    }
    const entry: HeldSet = { bytes: 0, loaded: Promise.resolve() };
    entry.loaded = (async () => {
      const set = await loader();
      entry.bytes = set.embeddings.byteLength * 1.25 /* with its codes */ + set.symbols.byteLength + set.images.byteLength + set.labels.byteLength;
      await this.#makeRoom(key);
      const arrays = ownBuffers(set.embeddings, set.symbols, set.images, set.labels);
      await this.#call('load', { key, set }, { transfer: arrays });
    })();
    this.#held.set(key, entry);
    try {
      await entry.loaded;
    } catch (error) {
      if (this.#held.get(key) === entry) this.#held.delete(key);
      throw error;
    }
  }

  /**
   * Loads or replaces a set. Arrays that own their buffer are moved to the worker: do not use them afterwards.
   * @throws INVALID_INPUT when its shapes do not fit
   */
  async load(key: string, set: EmbeddingSet): Promise<void> {
    this.#held.delete(key);
    await this.ensure(key, () => set);
  }

  /** Does work of several calls about a set that is held, which is not let go for others meanwhile, whatever the memory limit. */
  async keeping<T>(key: string, work: () => Promise<T>): Promise<T> {
    this.#kept.set(key, (this.#kept.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = this.#kept.get(key)! - 1;
      if (left > 0) this.#kept.set(key, left);
      else this.#kept.delete(key);
    }
  }

  /** Lets a set go; does nothing when it is not held. */
  async unload(key: string): Promise<void> {
    if (!this.#held.delete(key) || !this.#worker) return;
    await this.#call('unload', { key });
  }

  /** Neighbours of a vector [Z] and of the prefixes of its symbols. @throws NOT_FOUND when the key is not loaded */
  neighbours(key: string, query: NeighbourQuery): Promise<FoundNeighbours> {
    return this.#call('neighbours', { key, query });
  }

  /** The images nearest by vectors, prefix or edits. @throws NOT_FOUND, INVALID_INPUT as findNear */
  near(key: string, query: NearQuery): Promise<NearImages> {
    return this.#call('near', { key, query });
  }

  /** Images that have each symbol at each position, [L, K]. */
  positionCounts(key: string): Promise<{ counts: Int32Array; images: number }> {
    return this.#call('positionCounts', { key });
  }

  vocabulary(key: string, exemplars: number): Promise<VocabularyParts> {
    return this.#call('vocabulary', { key, exemplars });
  }

  /** @throws NOT_FOUND for a symbol outside the vocabulary */
  symbol(key: string, symbol: number, images: number): Promise<SymbolPositions> {
    return this.#call('symbol', { key, symbol, images });
  }

  /** @throws INVALID_INPUT for a prefix longer than a description */
  prefix(key: string, question: PrefixQuestion): Promise<PrefixNode> {
    return this.#call('prefix', { key, question });
  }

  /** The points that a map of the set places, [m, Z], and the neighbours of each, itself included, that it asks for. */
  mapPoints(key: string): Promise<NearestQuestion> {
    return this.#call('mapPoints', { key });
  }

  /** The points that a map lacks, as rows, and those that it has, as the bank that their nearest are looked for in. */
  placingPoints(key: string, map: StandingMap): Promise<VectorOperations['placingPoints']['output']> {
    return this.#call('placingPoints', { key, map });
  }

  /** Where a vector [Z] would stand on a map of the set, within −1 … 1. */
  placeVector(key: string, map: StandingMap, vector: Float32Array): Promise<{ x: number; y: number }> {
    return this.#call('placeVector', { key, map, vector });
  }

  /**
   * Places the images of the set that its map lacks, without moving the others.
   * @param o.nearest of the rows of `placingPoints`, where something faster than this worker found them
   * @throws CANCELLED when the signal aborts
   */
  placeMissing(key: string, map: StandingMap, o: { nearest?: FoundRows | null; onProgress?: Progress; signal?: AbortSignal }): Promise<MapArrays> {
    return this.#call('placeMissing', { key, map, nearest: o.nearest ?? null }, o);
  }

  /** Every image's embedding as a row, and how many neighbours of each, itself included, stand for its k nearest. */
  imageRows(key: string, k: number): Promise<NearestQuestion> {
    return this.#call('imageRows', { key, k });
  }

  /**
   * The k nearest of every image.
   * @param o.nearest of each of `imageRows`, where something faster than this worker found them
   * @throws CANCELLED when the signal aborts
   */
  nearestImages(key: string, k: number, o: { nearest?: FoundRows | null; onProgress?: Progress; signal?: AbortSignal }): Promise<NearestImages> {
    return this.#call('nearestImages', { key, k, nearest: o.nearest ?? null }, o);
  }

  /**
   * Computes a map: a second or two for 2,500 images, under a minute for 60,000.
   * @param o.nearest of each of `mapPoints`, where something faster than this worker found them
   * @throws CANCELLED when the signal aborts
   */
  map(key: string, o: { seed: number; nearest?: FoundRows | null; onProgress?: Progress; signal?: AbortSignal }): Promise<MapResult> {
    return this.#call('map', { key, seed: o.seed, nearest: o.nearest ?? null }, o);
  }

  /** Ends the worker; calls under way fail with CANCELLED. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#worker;
    this.#worker = null;
    this.#held.clear();
    this.#failAll(new GlyphscopeError('CANCELLED', 'The vector worker was closed.'));
    await worker?.terminate();
  }

  #touch(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#held.set(key, held);
  }

  async #makeRoom(kept: string): Promise<void> {
    let total = 0;
    for (const { bytes } of this.#held.values()) total += bytes;
    for (const [key, { bytes }] of [...this.#held]) {
      if (total <= this.#memoryLimit) return;
      if (key === kept || bytes === 0 || this.#kept.has(key)) continue;
      total -= bytes;
      await this.unload(key);
    }
  }

  #call<O extends VectorOperation>(
    operation: O,
    input: VectorOperations[O]['input'],
    o: { onProgress?: Progress; signal?: AbortSignal; transfer?: ArrayBuffer[] } = {},
  ): Promise<VectorOperations[O]['output']> {
    if (this.#closed) return Promise.reject(new GlyphscopeError('CANCELLED', 'The vector worker was closed.'));
    if (o.signal?.aborted) return Promise.reject(new GlyphscopeError('CANCELLED', 'Cancelled.'));
    if (operation !== 'load' && operation !== 'unload') this.#touch(input.key);
    const worker = (this.#worker ??= this.#start());
    const id = this.#next++;
    return new Promise<VectorOperations[O]['output']>((resolve, reject) => {
      const onAbort = () => {
        worker.postMessage({ id, operation: 'cancel' } satisfies VectorRequest);
        this.#pending.delete(id);
        reject(new GlyphscopeError('CANCELLED', 'Cancelled.'));
      };
      const settle = <T>(then: (value: T) => void) => (value: T) => {
        o.signal?.removeEventListener('abort', onAbort);
        then(value);
      };
      o.signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, { resolve: settle(resolve), reject: settle(reject), onProgress: o.onProgress });
      worker.postMessage({ id, operation, input }, o.transfer ?? []);
    });
  }

  #start(): Worker {
    const worker = new Worker(this.#entry, { workerData: this.#layout });
    let reason = '';
    worker.on('message', (reply: VectorReply) => this.#receive(reply));
    worker.on('error', (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#held.clear();
      this.#failAll(
        new GlyphscopeError('PROCESS_DIED', `The vector worker ended ${reason ? `with "${reason}"` : `with code ${code}`} before it answered.`, {
          remedy: 'Try again: it is started anew. If it ends again, close other programs to free memory.',
        }),
      );
    });
    return worker;
  }

  #receive(reply: VectorReply): void {
    const pending = this.#pending.get(reply.id);
    if (!pending) return; // cancelled meanwhile
    if ('progress' in reply) return pending.onProgress?.(reply.progress);
    this.#pending.delete(reply.id);
    if ('error' in reply) {
      const { code, message, ...options } = reply.error;
      pending.reject(new GlyphscopeError(code, message, options));
    } else pending.resolve(reply.output as never);
  }

  #failAll(error: GlyphscopeError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }
}
