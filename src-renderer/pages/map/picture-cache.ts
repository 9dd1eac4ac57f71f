/** Loads pictures of images into a fixed number of slots as they are wanted; those out of sight longest make room. */
export class PictureCache {
  readonly #load: (image: number, signal: AbortSignal) => Promise<ImageBitmap>;
  readonly #onReady: (slot: number, picture: ImageBitmap) => void;
  readonly #atOnce: number;
  readonly #free: number[];
  /** By image, the longest unused first. */
  readonly #slots = new Map<number, number>();
  readonly #loading = new Map<number, AbortController>();
  readonly #failed = new Set<number>();
  #wanted: ReadonlySet<number> = new Set();

  /**
   * @param load gives a square picture; its bitmap is closed here  @param onReady puts it into a slot
   * @param atOnce questions under way at a time
   */
  constructor(o: { slots: number; load: (image: number, signal: AbortSignal) => Promise<ImageBitmap>; onReady: (slot: number, picture: ImageBitmap) => void; atOnce?: number }) {
    this.#load = o.load;
    this.#onReady = o.onReady;
    this.#atOnce = o.atOnce ?? 6;
    this.#free = Array.from({ length: o.slots }, (_, i) => o.slots - 1 - i);
  }

  /** Where an image's picture is; −1 while it is not loaded. */
  slotOf(image: number): number {
    return this.#slots.get(image) ?? -1;
  }
  get loaded(): number {
    return this.#slots.size;
  }

  /** These are in view: loads those that are missing, the first ones first, and gives up what is wanted no more. */
  want(images: Iterable<number>): void {
    this.#wanted = new Set(images);
    for (const [image, stop] of this.#loading) if (!this.#wanted.has(image)) stop.abort();
    for (const image of this.#wanted) {
      const slot = this.#slots.get(image);
      if (slot === undefined) continue;
      this.#slots.delete(image); // to the end: used last
      this.#slots.set(image, slot);
    }
    this.#next();
  }

  /** Forgets everything: the graphics memory is gone. */
  clear(): void {
    for (const slot of this.#slots.values()) this.#free.push(slot);
    this.#slots.clear();
    this.want([]);
  }

  #next(): void {
    for (const image of this.#wanted) {
      if (this.#loading.size >= this.#atOnce) return;
      if (this.#slots.has(image) || this.#loading.has(image) || this.#failed.has(image)) continue;
      const stop = new AbortController();
      this.#loading.set(image, stop);
      this.#load(image, stop.signal)
        .then(
          (picture) => {
            this.#put(image, picture);
            picture.close();
          },
          () => {
            if (!stop.signal.aborted) this.#failed.add(image); // it stays a point
          },
        )
        .finally(() => {
          this.#loading.delete(image);
          this.#next();
        });
    }
  }

  #put(image: number, picture: ImageBitmap): void {
    if (!this.#wanted.has(image)) return;
    const slot = this.#free.pop() ?? this.#oldestUnwanted();
    if (slot === undefined) return;
    this.#slots.set(image, slot);
    this.#onReady(slot, picture);
  }

  #oldestUnwanted(): number | undefined {
    for (const [image, slot] of this.#slots) {
      if (this.#wanted.has(image)) continue;
      this.#slots.delete(image);
      return slot;
    }
    return undefined;
  }
}
