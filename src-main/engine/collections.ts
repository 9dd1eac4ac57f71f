import { GlyphscopeError } from '../contract/errors';
import type { Collection } from '../contract/images';
import type { StoredCollection } from '../database/collections';
import type { LibraryDatabase } from '../database/library-database';
import { breathe } from '../evaluation/breathe';

/** Rows removed between two breaths. */
const removedAtOnce = 1_000;

/** Collections as the contract shows them, and what may be done to them. */
export class Collections {
  readonly #db: LibraryDatabase;
  #removal: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(db: LibraryDatabase) {
    this.#db = db;
  }

  list(): Collection[] {
    return this.#db.read.collections.list().map((stored) => this.#show(stored));
  }

  /** @throws GlyphscopeError NOT_FOUND */
  get(id: number): StoredCollection {
    const stored = this.#db.read.collections.byId(id);
    if (!stored) throw new GlyphscopeError('NOT_FOUND', `There is no collection ${id}.`, { subject: `collection ${id}` });
    return stored;
  }

  show(id: number): Collection {
    return this.#show(this.get(id));
  }

  #show(stored: StoredCollection): Collection {
    const { read } = this.#db;
    const images = read.collectionImages.count(stored.id);
    const { labels, splits } = read.collectionImages.labelsAndSplits(stored.id);
    const train = splits.find(({ name }) => name === 'train')?.count ?? 0;
    const test = splits.find(({ name }) => name === 'test')?.count ?? 0;
    return { ...stored, images, labels, splits: { train, test, none: images - train - test }, failed: read.collections.failureCount(stored.id) };
  }

  /** The collection of this name, made when there is none. */
  findOrCreate(name: string, sample = false): number {
    const found = this.#db.read.collections.byName(name);
    return found ? found.id : this.#db.write.collections.create(name, { sample, at: Date.now() });
  }

  /** Takes it off the lists at once and its rows away in small steps. The images themselves stay known. */
  remove(id: number): void {
    this.get(id);
    this.#db.write.collections.hide(id);
    this.#db.read.collectionImages.changed();
    this.finishRemovals();
  }

  /** Goes on with removals that an earlier engine began. */
  finishRemovals(): void {
    this.#removal = this.#removal.then(async () => {
      for (const id of this.#db.read.collections.removed())
        while (!this.#closed && !this.#db.transaction(() => this.#db.write.collections.removeSome(id, removedAtOnce))) await breathe();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#removal;
  }
}
