import { availableParallelism } from 'node:os';
import type { ImageItem } from '../contract/images';
import type { NearImages, NearnessName } from '../contract/near';
import type { Neighbours, PrefixNode, SymbolDetail, Vocabulary } from '../contract/explore';
import { GlyphscopeError } from '../contract/errors';
import { bytesToSymbols } from '../database/symbol-bytes';
import type { LibraryDatabase } from '../database/library-database';
import type { EmbeddingSet } from '../explore/embedding-set';
import type { NearestImages } from '../explore/kept-neighbours';
import type { StandingMap } from '../explore/map-placing';
import type { FoundRows, NearestQuestion } from '../explore/nearest-graph';
import type { FoundImage, FoundNeighbours } from '../explore/neighbours';
import type { Nearness, NearQuery } from '../explore/neighbours-by';
import type { PrefixQuestion } from '../explore/prefix-tree';
import { VectorClient } from '../explore/vector-client';
import type { MapArrays, MapResult } from '../explore/vector-protocol';
import type { Progress } from '../contract/progress';
import type { FeatureStore } from '../teacher/feature-store';
import { breathe } from '../evaluation/breathe';
import { labelledImages, slotsOf } from './collection-labels';
import { openEmbeddings } from './embeddings';
import type { Runs } from './runs';
import type { Teachers } from './teachers';

/** From so many pairs of points on, which take the vector worker a second, another process is asked for the nearest of each. */
const manyPairs = 1e8;

/** What the work on maps is given. */
export interface MapHelp {
  /** Finds the nearest of many points faster than the vector worker does, or gives null. */
  nearest: (question: NearestQuestion) => Promise<FoundRows | null>;
  onProgress: Progress;
  signal: AbortSignal;
}

async function nearestOf(question: NearestQuestion, { nearest }: MapHelp): Promise<FoundRows | null> {
  const { rows, bank = rows, width } = question;
  return (rows.length / width) * (bank.length / width) >= manyPairs ? nearest(question) : null;
}

/** Vectors that images are compared by: those of the run's descriptions, or the teacher's features. */
type Space = 'embedding' | 'feature';

/** The vectors and the order that each nearness stands for. */
const rules: Record<NearnessName, { space: Space; by: Nearness }> = {
  embedding: { space: 'embedding', by: 'vectors' },
  feature: { space: 'feature', by: 'vectors' },
  prefix: { space: 'embedding', by: 'prefix' },
  edits: { space: 'embedding', by: 'edits' },
};

/** Descriptions read between two breaths. */
const rowsAtOnce = 2_000;

/** Questions about the embeddings of a described collection, answered by the vector worker. */
export class Vectors {
  readonly #db: LibraryDatabase;
  readonly #runs: Runs;
  readonly #teachers: Pick<Teachers, 'of'>;
  readonly #client: VectorClient;

  constructor(o: { db: LibraryDatabase; runs: Runs; teachers: Pick<Teachers, 'of'>; entries: { vectors: string; layout: string } }) {
    this.#db = o.db;
    this.#runs = o.runs;
    this.#teachers = o.teachers;
    this.#client = new VectorClient({ entry: o.entries.vectors, layout: { entry: o.entries.layout, threads: availableParallelism() } });
  }

  /** Those nearest to a vector, and to it among those that share each prefix of the symbols. @throws GlyphscopeError NOT_FOUND, DESCRIPTIONS_MISSING */
  async neighbours(run: number, collection: number, query: { vector: Float32Array; symbols: ArrayLike<number>; count: number }): Promise<Neighbours> {
    return this.#show(run, collection, await this.#about(run, collection, (key) => this.#client.neighbours(key, query)));
  }

  /**
   * The images nearest to an image, or to a vector of the asked space with symbols, exactly.
   * @throws GlyphscopeError NOT_FOUND, DESCRIPTIONS_MISSING, INVALID_INPUT
   */
  async near(run: number, collection: number, o: { by: NearnessName; of: NearQuery['of']; count: number }): Promise<NearImages> {
    const { space, by } = rules[o.by];
    const { items: found, ...rest } = await this.#about(run, collection, (key) => this.#client.near(key, { by, of: o.of, count: o.count }), space);
    const items = this.#items(run, collection, found.map(({ image }) => image));
    return { ...rest, items: found.flatMap(({ image: id, ...why }) => (items.has(id) ? [{ image: items.get(id)!, ...why }] : [])) };
  }

  /** Images that have each symbol at each position, [L, K], and how many images there are. @throws GlyphscopeError NOT_FOUND, DESCRIPTIONS_MISSING */
  async positionCounts(run: number, collection: number): Promise<{ counts: Int32Array; images: number }> {
    return this.#about(run, collection, (key) => this.#client.positionCounts(key));
  }

  async vocabulary(run: number, collection: number, exemplars: number): Promise<Vocabulary> {
    return { run, collection, ...(await this.#about(run, collection, (key) => this.#client.vocabulary(key, exemplars))) };
  }

  async symbol(run: number, collection: number, symbol: number, images: number): Promise<SymbolDetail> {
    const { positions, ...rest } = await this.#about(run, collection, (key) => this.#client.symbol(key, symbol, images));
    const items = this.#items(run, collection, positions.flatMap((position) => position.images));
    return { ...rest, positions: positions.map((position) => ({ ...position, images: position.images.flatMap((image) => items.get(image) ?? []) })) };
  }

  /** One node of the tree of prefixes. */
  async prefix(run: number, collection: number, question: PrefixQuestion): Promise<PrefixNode> {
    return this.#about(run, collection, (key) => this.#client.prefix(key, question));
  }

  /** `recall`: share of the true nearest that the map was computed from, null when it was all. */
  async map(run: number, collection: number, o: { seed: number } & MapHelp): Promise<MapResult & { recall: number | null }> {
    return this.#about(run, collection, async (key) => {
      const nearest = await nearestOf(await this.#client.mapPoints(key), o);
      return { ...(await this.#client.map(key, { ...o, nearest })), recall: nearest?.recall ?? null };
    });
  }

  /** The images of the collection that a map lacks, placed on it. */
  async placeMissing(run: number, collection: number, map: StandingMap, o: MapHelp): Promise<MapArrays> {
    return this.#about(run, collection, async (key) => this.#client.placeMissing(key, map, { ...o, nearest: await nearestOf(await this.#client.placingPoints(key, map), o) }));
  }

  /** The k nearest of every image of the collection by embedding, exactly, itself left out. */
  async nearestImages(run: number, collection: number, k: number, o: MapHelp): Promise<NearestImages> {
    return this.#about(run, collection, async (key) => this.#client.nearestImages(key, k, { ...o, nearest: await nearestOf(await this.#client.imageRows(key, k), o) }));
  }

  /** Where a vector [Z] would stand on a map, within −1 … 1. */
  async placeVector(run: number, collection: number, map: StandingMap, vector: Float32Array): Promise<{ x: number; y: number }> {
    return this.#about(run, collection, (key) => this.#client.placeVector(key, map, vector));
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /** Asks about a set, which is loaded first unless the worker holds it as it is now, and not let go for others until the answer is there. */
  async #about<T>(run: number, collection: number, ask: (key: string) => Promise<T>, space: Space = 'embedding'): Promise<T> {
    const { checkpointStep, describedStep, name } = this.#runs.usable(run);
    const found = this.#db.read.collections.byId(collection);
    if (!found) throw new GlyphscopeError('NOT_FOUND', `There is no collection ${collection}.`, { subject: `collection ${collection}` });
    const encoding = this.#db.read.runs.encoding(run, collection);
    if (!encoding || describedStep !== encoding.step)
      throw new GlyphscopeError('DESCRIPTIONS_MISSING', `"${name}" has not described "${found.name}" yet.`, {
        subject: found.name,
        remedy: describedStep === checkpointStep ? 'Describe the collection with this run first.' : 'Describe the collection with the newest checkpoint first.',
      });
    const key = `${run} ${collection} ${encoding.step} ${encoding.at} ${this.#db.read.excludedImages.revision()} ${found.name}`;
    const ofSpace = `${space} ${key}`;
    return this.#client.keeping(ofSpace, async () => {
      await this.#client.ensure(ofSpace, () => this.#load(run, collection, encoding.step, space));
      return ask(ofSpace);
    });
  }

  async #load(run: number, collection: number, step: number, space: Space): Promise<EmbeddingSet> {
    const teacher = this.#teachers.of(this.#runs.get(run));
    if (space === 'feature') return this.#gather(run, collection, teacher.clean);
    const embeddings = openEmbeddings(this.#runs.directory(run), step, teacher.info.featureWidth);
    try {
      return await this.#gather(run, collection, embeddings);
    } finally {
      embeddings.close();
    }
  }

  /** The described images of a collection with their records of a store. */
  async #gather(run: number, collection: number, store: FeatureStore): Promise<EmbeddingSet> {
    const { length, vocabulary } = this.#runs.get(run).config;
    const labelled = await labelledImages(this.#db, collection);
    const labelOf = new Map<number, number>(); // of an image's first entry
    labelled.images.forEach((image, i) => labelOf.has(image) || labelOf.set(image, labelled.labels[i]));
    const images = new Int32Array(labelOf.size);
    const symbols = new Uint16Array(labelOf.size * length);
    let n = 0;
    for (let after = 0; ; await breathe()) {
      const rows = this.#db.read.descriptions.some(run, collection, after, rowsAtOnce);
      for (const row of rows) {
        if (!labelOf.has(row.image) || !store.has(row.image - 1)) continue; // excluded, or described a moment ago
        images[n] = row.image;
        symbols.set(bytesToSymbols(row.symbols), n++ * length);
      }
      if (rows.length < rowsAtOnce) break;
      after = rows[rows.length - 1].image;
    }
    const { width } = store.spec;
    const vectors = new Float32Array(n * width);
    for (let at = 0; at < n; at += rowsAtOnce, await breathe())
      store.gather(slotsOf(images.subarray(at, Math.min(n, at + rowsAtOnce))), vectors.subarray(at * width));
    return {
      embeddings: vectors,
      symbols: symbols.slice(0, n * length),
      images: images.slice(0, n),
      labels: Int16Array.from(images.subarray(0, n), (image) => labelOf.get(image) ?? -1),
      classes: labelled.classes,
      width,
      length,
      vocabulary,
    };
  }

  #items(run: number, collection: number, images: readonly number[]): Map<number, ImageItem> {
    return new Map(this.#db.read.collectionImages.items(collection, [...new Set(images)], run).map((item) => [item.id, item]));
  }

  #show(run: number, collection: number, found: FoundNeighbours): Neighbours {
    const items = this.#items(run, collection, [...found.byEmbedding, ...found.byPrefix.flatMap(({ items }) => items)].map(({ image }) => image));
    const show = (one: FoundImage) => {
      const image = items.get(one.image);
      return image ? [{ image, similarity: one.similarity, sharedPrefix: one.sharedPrefix }] : [];
    };
    return {
      byEmbedding: found.byEmbedding.flatMap(show),
      byPrefix: found.byPrefix.map((prefix) => ({ ...prefix, items: prefix.items.flatMap(show) })),
      searched: found.searched,
    };
  }
}
