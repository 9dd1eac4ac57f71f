import { basename } from 'node:path';
import { GlyphscopeError } from '../../contract/errors';
import { importImages, type ImportedImage, type ImportSink } from '../../dataset/import';
import { openSource, type ImageSource } from '../../dataset/source';
import type { NewEntry } from '../../database/collection-images';
import type { JobHandle, JobOutcome } from '../jobs';
import type { Services } from '../services';

export interface ImportRequest {
  path: string;
  collection: string;
  /** The folder goes away after the import: the library keeps the bytes. */
  copy: boolean;
  /** True for the collection that comes with the app. */
  sample?: boolean;
  /** How the source is named in the library, where its path says nothing; the path when absent. */
  place?: string;
}

type ImportServices = Pick<Services, 'library' | 'collections' | 'teachers' | 'packs'>;

/** Opens the source before the job begins, so that a wrong path is told at once; gives the job's work. */
export async function prepareImport(s: ImportServices, request: ImportRequest): Promise<{ title: string; work: (job: JobHandle) => Promise<JobOutcome> }> {
  const source = await openSource(request.path);
  return { title: `Import ${request.place ? request.collection : basename(source.path)}`, work: (job) => runImport(s, source, request, job) };
}

/**
 * Imports a source into a collection. Files that the collection has already are not read again; an archive that has not
 * changed since all of it was imported is not even opened.
 * @throws GlyphscopeError SOURCE_UNREADABLE, SOURCE_EMPTY, DISK_FULL, CANCELLED
 */
async function runImport(s: ImportServices, source: ImageSource, request: ImportRequest, job: JobHandle): Promise<JobOutcome> {
  const { db } = s.library;
  const place = request.place ?? source.path;
  const existed = db.read.collections.byName(request.collection) !== null;
  const collection = s.collections.findOrCreate(request.collection, request.sample ?? false);
  job.uses(`collection ${collection}`);
  const fingerprint = await source.fingerprint();
  const settled = fingerprint !== null && db.read.importSources.fingerprint(collection, place) === fingerprint;
  if (settled) {
    const known = db.read.importSources.count(collection, place);
    return { summary: `${known.toLocaleString('en')} images, all known already.`, counts: { imported: 0, known, failed: 0 } };
  }
  const sink = new CollectionSink(s, { collection, source: db.write.importSources.begin(collection, place), title: source.title, fail: (failure) => job.fail(failure) });
  try {
    const outcome = await importImages({
      source,
      sink,
      inspector: s.teachers.images,
      concurrency: s.teachers.images.threads,
      copy: request.copy,
      signal: job.signal,
      onProgress: job.progress,
    });
    s.packs.flush();
    // A source with failures is looked at again next time: what could not be read is told again.
    if (outcome.failed === 0) db.write.importSources.finish(sink.source, fingerprint);
    db.settle();
    const say = (n: number, what: string) => (n ? [`${n.toLocaleString('en')} ${what}`] : []);
    return {
      summary: [...say(outcome.added, 'imported'), ...say(outcome.known, 'known already'), ...say(outcome.failed, 'could not be read')].join(', ') || 'Nothing to import.',
      counts: { imported: outcome.added, known: outcome.known, failed: outcome.failed },
    };
  } catch (error) {
    if (!existed && error instanceof GlyphscopeError && error.code === 'SOURCE_EMPTY') s.collections.remove(collection);
    throw error;
  } finally {
    db.read.collectionImages.changed();
  }
}

/** The database's side of an import. */
class CollectionSink implements ImportSink {
  readonly source: number;
  readonly #s: ImportServices;
  readonly #collection: number;
  readonly #title: string;
  readonly #fail: JobHandle['fail'];

  constructor(s: ImportServices, o: { collection: number; source: number; title: string; fail: JobHandle['fail'] }) {
    this.#s = s;
    this.#fail = o.fail;
    this.#collection = o.collection;
    this.source = o.source;
    this.#title = o.title;
  }

  known(entry: { name: string; size: number; modifiedAt: number | null }): boolean {
    return this.#s.library.db.read.importSources.holds(this.source, entry.name, entry.size, wholeTime(entry.modifiedAt));
  }

  add(batch: ImportedImage[]): void {
    const { db } = this.#s.library;
    const { write } = db;
    db.transaction(() => {
      for (const { sha256, width, height, format, size, path, bytes, name, label, split, modifiedAt } of batch) {
        const known = write.images.find(sha256);
        const image = known?.packed
          ? known.id
          : write.images.add({ sha256, width, height, format, bytes: size, place: bytes === null ? { path: path! } : this.#s.packs.append(bytes) });
        this.#enter(image, { collection: this.#collection, image, label, split, source: this.source, origin: name, modifiedAt: wholeTime(modifiedAt) });
      }
      this.#s.packs.flush();
    });
    db.read.collectionImages.changed();
  }

  failed(failure: { name: string; code: string; reason: string }): void {
    this.#fail(failure);
    this.#s.library.db.write.importSources.fail(this.source, failure);
  }

  /**
   * Adds an entry under its own name. Where another source has brought one of the same name, the source's title stands
   * before it; nothing is added when that one is the very same image.
   */
  #enter(image: number, entry: Omit<NewEntry, 'name'>): void {
    const { collectionImages } = this.#s.library.db.write;
    for (let attempt = 0; ; attempt++) {
      const title = attempt < 2 ? this.#title : `${this.#title} (${attempt})`;
      const name = attempt === 0 ? entry.origin : `${title}/${entry.origin}`;
      if (collectionImages.add({ ...entry, name }) || collectionImages.named(this.#collection, name)?.image === image) return;
    }
  }
}

/** Times of files may have fractions of a millisecond; the table keeps whole ones. */
const wholeTime = (at: number | null): number | null => (at === null ? null : Math.floor(at));
