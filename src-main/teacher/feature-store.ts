import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { GlyphscopeError } from '../contract/errors';

export interface FeatureSpec {
  /** Z, numbers of one record. */
  width: number;
  /** Records of a slot: 1 for clean images, V for views. */
  records: number;
  /** 'clean', 'views-0': the files' name. */
  name: string;
}

/** Names the views' store of a seed: 'views-0'. */
export const viewsName = (seed: number) => `views-${seed}`;

const layout = z.object({ format: z.literal(1), width: z.int(), records: z.int() });
const synchronize = promisify(fdatasync);
/** Read and write, made when absent, never cut. */
const openFlags = constants.O_RDWR | constants.O_CREAT;

/**
 * Fixed-size records by slot: `name.f32` holds [slots, records, width] float32, little endian, `name.done` one byte for
 * each slot. A done byte is written only after its data is on disk, so a process that is killed loses what it had not
 * flushed and nothing else. One process writes; others may read at the same time and see a slot once it is done.
 */
export class FeatureStore {
  readonly #data: number;
  readonly #doneFile: number;
  /** 1 = on disk and done, 2 = written here and not flushed yet. */
  #done: Uint8Array;
  #unflushed: number[] = [];
  #flushing: Promise<void> = Promise.resolve();
  #closed = false;
  #refreshedAt = 0;

  private constructor(
    readonly directory: string,
    readonly spec: FeatureSpec,
  ) {
    const path = (ending: string) => join(directory, `${spec.name}.${ending}`);
    this.#data = openSync(path('f32'), openFlags);
    this.#doneFile = openSync(path('done'), openFlags);
    this.#done = readFileSync(path('done'));
  }

  /**
   * Opens the files, making them when they are not there.
   * @throws LIBRARY_DAMAGED when they were made with other widths
   */
  static open(directory: string, spec: FeatureSpec): FeatureStore {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `${spec.name}.json`);
    try {
      const found = layout.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (!found.success || found.data.width !== spec.width || found.data.records !== spec.records) {
        throw new GlyphscopeError('LIBRARY_DAMAGED', `${file} does not speak of ${spec.records} × ${spec.width} numbers for each image.`, { subject: file, remedy: `Delete the folder ${directory}; the features are computed again.` });
      }
    } catch (error) {
      if (error instanceof SyntaxError) throw new GlyphscopeError('LIBRARY_DAMAGED', `${file} is not JSON.`, { subject: file, remedy: `Delete the folder ${directory}; the features are computed again.`, cause: error });
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      const part = `${file}.${process.pid}.part`;
      writeFileSync(part, JSON.stringify({ format: 1, width: spec.width, records: spec.records }));
      renameSync(part, file);
    }
    return new FeatureStore(directory, spec);
  }

  /** Where another process finds it. */
  get file(): { directory: string; spec: FeatureSpec } {
    return { directory: this.directory, spec: this.spec };
  }

  /** Numbers of one slot: records × width. */
  get slotLength(): number {
    return this.spec.records * this.spec.width;
  }

  /** Whether a slot has been computed; what another process did is seen within a tenth of a second. */
  has(slot: number): boolean {
    if (this.#done[slot] > 0) return true;
    if (performance.now() - this.#refreshedAt < 100) return false;
    this.#refresh();
    return this.#done[slot] > 0;
  }

  /** The slots of a list that have not been computed, in its order. */
  missing(slots: ArrayLike<number>): Int32Array {
    this.#refresh();
    const found: number[] = [];
    for (let i = 0; i < slots.length; i++) if (!(this.#done[slots[i]] > 0)) found.push(slots[i]);
    return Int32Array.from(found);
  }

  /**
   * Writes slots; this store can gather them at once, other processes after `flush`.
   * @param data [slots, records, width]
   * @throws DISK_FULL: nothing of the slot that did not fit counts as done
   */
  write(slots: ArrayLike<number>, data: Float32Array): void {
    const { slotLength } = this;
    if (data.length !== slots.length * slotLength) throw new Error(`${slots.length} slots need ${slots.length * slotLength} numbers, not ${data.length}`);
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      writeWhole(this.#data, bytesOf(data.subarray(i * slotLength, (i + 1) * slotLength)), slot * slotLength * 4, this.directory);
      if (slot >= this.#done.length) this.#grow(slot + 1);
      if (this.#done[slot] !== 1) this.#done[slot] = 2;
      this.#unflushed.push(slot);
    }
  }

  /** Brings everything written so far to disk: data first, then the done bytes. Does not block the event loop. */
  async flush(): Promise<void> {
    this.#flushing = this.#flushing.then(async () => {
      const slots = this.#unflushed;
      if (slots.length === 0 || this.#closed) return;
      this.#unflushed = [];
      try {
        await synchronize(this.#data);
        this.#markDone(slots);
        await synchronize(this.#doneFile);
      } catch (error) {
        this.#unflushed = slots.concat(this.#unflushed);
        throw diskFull(error, this.directory);
      }
    });
    const flushed = this.#flushing;
    this.#flushing = flushed.catch(() => {});
    await flushed;
  }

  /**
   * Reads the records of slots in any order.
   * @returns [n, records, width]
   * @throws FEATURES_MISSING when one has not been computed
   */
  gather(slots: ArrayLike<number>, out = new Float32Array(slots.length * this.slotLength)): Float32Array {
    const { slotLength } = this;
    if (out.length < slots.length * slotLength) throw new Error(`${slots.length} slots need room for ${slots.length * slotLength} numbers, not ${out.length}`);
    for (let i = 0; i < slots.length; ) {
      let run = 1;
      this.#require(slots[i]);
      while (i + run < slots.length && slots[i + run] === slots[i] + run) this.#require(slots[i + run++]);
      const bytes = bytesOf(out.subarray(i * slotLength, (i + run) * slotLength));
      for (let done = 0; done < bytes.length; ) {
        const read = readSync(this.#data, bytes, done, Math.min(bytes.length - done, 1 << 28), slots[i] * slotLength * 4 + done);
        if (read === 0) throw new GlyphscopeError('LIBRARY_DAMAGED', `${join(this.directory, this.spec.name)}.f32 is cut short.`, { subject: this.directory, remedy: `Delete the folder ${this.directory}; the features are computed again.` });
        done += read;
      }
      i += run;
    }
    return out;
  }

  /** Flushes and closes. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      if (this.#unflushed.length > 0) {
        fdatasyncSync(this.#data);
        this.#markDone(this.#unflushed);
        fdatasyncSync(this.#doneFile);
      }
    } catch (error) {
      throw diskFull(error, this.directory);
    } finally {
      closeSync(this.#data);
      closeSync(this.#doneFile);
    }
  }

  #markDone(slots: number[]): void {
    const sorted = Int32Array.from(slots).sort();
    for (let i = 0; i < sorted.length; ) {
      let run = 1;
      while (i + run < sorted.length && sorted[i + run] <= sorted[i + run - 1] + 1) run++;
      const first = sorted[i];
      writeWhole(this.#doneFile, new Uint8Array(sorted[i + run - 1] - first + 1).fill(1), first, this.directory);
      i += run;
    }
    for (const slot of slots) this.#done[slot] = 1;
  }

  #require(slot: number): void {
    if (this.#done[slot] > 0) return;
    this.#refresh();
    if (this.#done[slot] > 0) return;
    throw new GlyphscopeError('FEATURES_MISSING', `The teacher features (${this.spec.name}) of image ${slot + 1} have not been computed.`, { subject: String(slot), remedy: 'Compute the features of the collection first.' });
  }

  /** Takes over what another process has done meanwhile. */
  #refresh(): void {
    this.#refreshedAt = performance.now();
    const { size } = fstatSync(this.#doneFile);
    const found = new Uint8Array(size);
    const read = size === 0 ? 0 : readSync(this.#doneFile, found, 0, size, 0);
    if (read > this.#done.length) this.#grow(read);
    for (let i = 0; i < read; i++) if (found[i] === 1) this.#done[i] = 1;
  }

  #grow(length: number): void {
    const grown = new Uint8Array(Math.max(length, this.#done.length * 2, 1024));
    grown.set(this.#done);
    this.#done = grown;
  }
}

const bytesOf = (data: Float32Array) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

function writeWhole(file: number, bytes: Uint8Array, position: number, directory: string): void {
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, position + done);
  } catch (error) {
    throw diskFull(error, directory);
  }
}

function diskFull(error: unknown, directory: string): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') return error;
  return new GlyphscopeError('DISK_FULL', 'The disk is full: the teacher features cannot be stored.', { subject: directory, remedy: 'Free some space and start again; what was stored is kept.', cause: error });
}
