import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { FileFailure } from '../contract/images';
import type { Split } from '../contract/names';
import type { Progress } from '../contract/progress';
import type { ImageInspector, InspectedFile } from './inspector';
import { throwIfCancelled, type ImageSource, type SourceEntry } from './source';

/** An image that was read, hashed and decoded. */
export interface ImportedImage extends InspectedFile {
  name: string;
  split: Split | null;
  label: string | null;
  modifiedAt: number | null;
  /** Where the file stays; null when its bytes must be kept. */
  path: string | null;
  /** The bytes, to be kept: of archives, and of folders that are imported with `copy`. Null otherwise. */
  bytes: Buffer | null;
}

/** The library's side of an import. */
export interface ImportSink {
  /** Whether this file is in the collection already (name, size and time of change): it is not read again. */
  known(entry: SourceEntry): boolean;
  /** Stores a batch, at most 256 images and about 32 MiB, in one transaction. */
  add(batch: ImportedImage[]): void;
  failed(failure: FileFailure): void;
}

export interface ImportOptions {
  source: ImageSource;
  sink: ImportSink;
  inspector: ImageInspector;
  /** Images read and decoded at a time; the number of workers or cores. */
  concurrency: number;
  /** Keep the bytes of a folder's images too, because the folder will go away (an upload). */
  copy?: boolean;
  signal: AbortSignal;
  onProgress: Progress;
}

export interface ImportOutcome {
  /** Image files seen: added + known + failed (the failures that are no files, such as unreadable folders, included). */
  found: number;
  added: number;
  known: number;
  failed: number;
  /** Files passed over because their names are not those of images. */
  skipped: number;
}

const batchImages = 256;
const batchBytes = 32 * 1024 * 1024;
/** Images on their way for each one that is decoded at a time: enough to last while a batch is brought to disk. */
const flightImages = 24;
/** Bytes that may be on their way at a time, so that large images do not pile up. */
const flightBytes = 192 * 1024 * 1024;

/**
 * Imports a source: lists it, then reads, hashes and decodes its images with bounded concurrency and memory, and hands
 * them to the sink in batches, in the source's order. A file that cannot be read goes to `sink.failed` and the rest go on.
 * When it is cancelled or the source breaks off, what was read so far is stored first.
 * @throws SOURCE_UNREADABLE, SOURCE_EMPTY, CANCELLED, and whatever the sink throws
 */
export async function importImages(o: ImportOptions): Promise<ImportOutcome> {
  const outcome: ImportOutcome = { found: 0, added: 0, known: 0, failed: 0, skipped: 0 };
  const batch = new Batch(o.sink, outcome);
  const flight = new Flight(o.concurrency * flightImages, flightBytes);
  let total: number | null = null;
  const report = () => o.onProgress({ phase: 'reading', done: outcome.added + outcome.known + outcome.failed, total, unit: 'images' });
  const fail = (failure: FileFailure) => {
    outcome.failed++;
    o.sink.failed(failure);
  };

  const take = async (inspected: Promise<ImportedImage>) => {
    try {
      batch.add(await inspected);
    } catch (error) {
      if (!(error instanceof ImageFailure)) throw error;
      fail(error.failure);
    }
    if (((outcome.added + outcome.failed) & 15) === 0) report();
  };

  const entries = o.source.entries({
    signal: o.signal,
    onListed: (files, final) => {
      if (final) total = files;
      o.onProgress({ phase: 'listing', done: files, total: final ? files : null, unit: 'images' });
    },
    onFailure: fail,
    onSkipped: () => outcome.skipped++,
  });
  try {
    for await (const entry of entries) {
      throwIfCancelled(o.signal);
      if (o.sink.known(entry)) {
        if ((++outcome.known & 255) === 0) report();
        continue;
      }
      while (!flight.hasRoom(entry.size)) await take(flight.shift());
      flight.push(entry.size, await begin(entry, o));
    }
    while (flight.size > 0) {
      throwIfCancelled(o.signal);
      await take(flight.shift());
    }
  } finally {
    flight.abandon();
    batch.flush();
    report();
  }
  outcome.found = outcome.added + outcome.known + outcome.failed;
  if (outcome.found === 0) {
    throw new GlyphscopeError('SOURCE_EMPTY', `There are no images in ${o.source.path}${outcome.skipped > 0 ? ` (${outcome.skipped.toLocaleString('en')} other files)` : ''}.`, {
      subject: o.source.path,
      remedy: 'Choose a folder, .zip or .tar.gz with JPEG, PNG, WebP, AVIF, GIF, TIFF or BMP files.',
    });
  }
  return outcome;
}

/** A failure of one file, as opposed to one that ends the import. */
class ImageFailure extends Error {
  constructor(readonly failure: FileFailure) {
    super(failure.reason);
  }
}

/**
 * Starts reading and inspecting an entry. A member of an archive is read before this resolves (it can be read only while
 * the archive stands there); decoding goes on in the promise inside.
 */
async function begin(entry: SourceEntry, o: ImportOptions): Promise<{ result: Promise<ImportedImage> }> {
  const { name, split, label, modifiedAt } = entry;
  const failure = (error: unknown) => {
    const { code, message } = toErrorDetail(error);
    return code === 'CANCELLED' || code === 'DISK_FULL' || code === 'SOURCE_UNREADABLE' ? error : new ImageFailure({ name, code, reason: message });
  };
  if (entry.path !== null && o.copy !== true) {
    const { path } = entry;
    const result = o.inspector.inspectFile(path, name).then(
      (inspected) => ({ ...inspected, name, split, label, modifiedAt, path, bytes: null }),
      (error: unknown) => Promise.reject(failure(error)),
    );
    return { result };
  }
  try {
    const bytes = await entry.read();
    const result = o.inspector.inspectBytes(bytes, name).then(
      (inspected) => ({ ...inspected, name, split, label, modifiedAt, path: null, bytes }),
      (error: unknown) => Promise.reject(failure(error)),
    );
    return { result };
  } catch (error) {
    return { result: Promise.reject(failure(error)) };
  }
}

/** Images on their way, in order, bounded in number and in bytes. */
class Flight {
  readonly #waiting: { bytes: number; result: Promise<ImportedImage> }[] = [];
  #bytes = 0;

  constructor(
    readonly most: number,
    readonly mostBytes: number,
  ) {}

  get size(): number {
    return this.#waiting.length;
  }

  hasRoom(bytes: number): boolean {
    return this.size === 0 || (this.size < this.most && this.#bytes + bytes <= this.mostBytes);
  }

  push(bytes: number, { result }: { result: Promise<ImportedImage> }): void {
    result.catch(() => {}); // it is looked at when its turn comes
    this.#waiting.push({ bytes, result });
    this.#bytes += bytes;
  }

  shift(): Promise<ImportedImage> {
    const first = this.#waiting.shift();
    if (first === undefined) throw new Error('nothing is on its way');
    this.#bytes -= first.bytes;
    return first.result;
  }

  abandon(): void {
    this.#waiting.length = 0;
  }
}

/** Collects images until a transaction is worth its price. */
class Batch {
  #images: ImportedImage[] = [];
  #bytes = 0;

  constructor(
    readonly sink: ImportSink,
    readonly outcome: ImportOutcome,
  ) {}

  add(image: ImportedImage): void {
    this.#images.push(image);
    this.#bytes += image.bytes?.length ?? 0;
    if (this.#images.length >= batchImages || this.#bytes >= batchBytes) this.flush();
  }

  flush(): void {
    if (this.#images.length === 0) return;
    const images = this.#images;
    this.#images = [];
    this.#bytes = 0;
    this.sink.add(images);
    this.outcome.added += images.length;
  }
}
