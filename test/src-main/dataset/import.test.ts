import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileFailure } from '../../../src-main/contract/images';
import type { ProgressState } from '../../../src-main/contract/progress';
import { importImages, type ImportedImage, type ImportOptions, type ImportSink } from '../../../src-main/dataset/import';
import { localInspector, type ImageInspector } from '../../../src-main/dataset/inspector';
import { openSource } from '../../../src-main/dataset/source';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { blankPng, sampleImages, samplePath, writeTar, zipOf } from './archives';

let folder: string;
let images: Awaited<ReturnType<typeof sampleImages>>;
let bomb: Buffer;
beforeAll(async () => {
  folder = temporaryFolder('import');
  bomb = blankPng(30_000, 30_000);
  images = await sampleImages(300);
});
afterAll(() => removeFolder(folder));

/** Keeps what it is given; knows what it has. */
class MemorySink implements ImportSink {
  readonly batches: ImportedImage[][] = [];
  readonly failures: FileFailure[] = [];
  readonly #known = new Set<string>();

  known({ name, size, modifiedAt }: { name: string; size: number; modifiedAt: number | null }): boolean {
    return this.#known.has(`${name} ${size} ${modifiedAt}`);
  }
  add(batch: ImportedImage[]): void {
    this.batches.push(batch);
    for (const { name, size, modifiedAt } of batch) this.#known.add(`${name} ${size} ${modifiedAt}`);
  }
  failed(failure: FileFailure): void {
    this.failures.push(failure);
  }
  get images(): ImportedImage[] {
    return this.batches.flat();
  }
}

async function run(path: string, sink: ImportSink, changes: Partial<ImportOptions> = {}) {
  return importImages({ source: await openSource(path), sink, inspector: localInspector, concurrency: 4, signal: new AbortController().signal, onProgress: () => {}, ...changes });
}

/** A folder with `good` real images in two classes, and every kind of bad file. */
function brokenFolder(name: string, good = 20): string {
  const root = join(folder, name);
  for (const split of ['train', 'test']) mkdirSync(join(root, split, 'airplane'), { recursive: true });
  images.slice(0, good).forEach(({ bytes }, i) => writeFileSync(join(root, i % 2 ? 'train' : 'test', 'airplane', `${i}.jpg`), bytes));
  writeFileSync(join(root, 'train/empty.jpg'), '');
  writeFileSync(join(root, 'train/text.png'), 'I am text.');
  writeFileSync(join(root, 'train/cut.jpg'), images[0].bytes.subarray(0, 500));
  writeFileSync(join(root, 'train/bomb.png'), bomb);
  writeFileSync(join(root, 'train/photo.heic'), 'not looked at');
  writeFileSync(join(root, 'train/notes.txt'), 'passed over');
  return root;
}
const reasons = {
  'train/bomb.png': 'IMAGE_TOO_LARGE The image has 30,000 × 30,000 pixels; the limit is 64,000,000 pixels.',
  'train/cut.jpg': expect.stringMatching(/^IMAGE_UNREADABLE The image is damaged or cut short \(.*premature end/),
  'train/empty.jpg': 'IMAGE_EMPTY The file is empty.',
  'train/photo.heic': 'IMAGE_UNSUPPORTED HEIC images cannot be read.',
  'train/text.png': 'IMAGE_UNREADABLE Not an image: its first bytes are those of no image format.',
};
const told = (sink: MemorySink) => Object.fromEntries(sink.failures.map(({ name, code, reason }) => [name, `${code} ${reason}`]));

describe('importImages', () => {
  it('imports all of the sample, in its order, with hashes, splits and labels', async () => {
    const sink = new MemorySink();
    const progress: ProgressState[] = [];
    const outcome = await run(samplePath, sink, { onProgress: (p) => progress.push(p) });
    expect(outcome).toEqual({ found: 2500, added: 2500, known: 0, failed: 0, skipped: 0 });
    const names = sink.images.map(({ name }) => name);
    // The archive goes round the classes: by number, then by split and class.
    const place = (name: string) => `${name.slice(-8)} ${name}`;
    expect(names).toEqual([...names].sort((a, b) => (place(a) < place(b) ? -1 : 1)));
    expect(sink.images[0]).toMatchObject({ split: 'test', label: 'airplane', format: 'jpeg', width: 32, height: 32, path: null });
    for (const { bytes, sha256, size } of sink.images) {
      expect(createHash('sha256').update(bytes!).digest('hex')).toBe(sha256);
      expect(bytes!.length).toBe(size);
    }
    expect(Math.max(...sink.batches.map((batch) => batch.length))).toBe(256);
    expect(progress[0].phase).toBe('listing');
    expect(progress.at(-1)).toEqual({ phase: 'reading', done: 2500, total: 2500, unit: 'images' });
    const done = progress.filter(({ phase }) => phase === 'reading').map((p) => p.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('names every file that cannot be read and goes on with the rest: folder, .zip and .tar.gz alike', async () => {
    const root = brokenFolder('mixed');
    const sink = new MemorySink();
    expect(await run(root, sink)).toEqual({ found: 25, added: 20, known: 0, failed: 5, skipped: 1 });
    expect(told(sink)).toEqual(reasons);
    expect(sink.images.every(({ bytes, path }) => bytes === null && path!.startsWith(root))).toBe(true);

    const members = [
      ...images.slice(0, 3).map(({ bytes }, i) => ({ name: `train/airplane/${i}.jpg`, bytes })),
      { name: 'train/empty.jpg', bytes: Buffer.alloc(0) },
      { name: 'train/text.png', bytes: Buffer.from('I am text.') },
      { name: 'train/cut.jpg', bytes: images[0].bytes.subarray(0, 500) },
      { name: 'train/bomb.png', bytes: bomb },
      { name: 'train/photo.heic', bytes: Buffer.from('not looked at') },
    ];
    writeFileSync(join(folder, 'mixed.zip'), zipOf(members));
    await writeTar(join(folder, 'mixed.tar.gz'), members);
    for (const name of ['mixed.zip', 'mixed.tar.gz']) {
      const packed = new MemorySink();
      expect(await run(join(folder, name), packed), name).toEqual({ found: 8, added: 3, known: 0, failed: 5, skipped: 0 });
      expect(told(packed)).toEqual(reasons);
    }
  });

  it('does no work the second time, and only the new file when one was added', async () => {
    const root = brokenFolder('again');
    const sink = new MemorySink();
    await run(root, sink);
    const read: string[] = [];
    const watched: ImageInspector = {
      inspectBytes: localInspector.inspectBytes,
      inspectFile: (path, name) => (read.push(name), localInspector.inspectFile(path, name)),
    };
    const bad = ['train/bomb.png', 'train/cut.jpg', 'train/empty.jpg', 'train/text.png'];
    expect(await run(root, sink, { inspector: watched })).toMatchObject({ added: 0, known: 20, failed: 5 });
    expect(read).toEqual(bad);
    read.length = 0;
    writeFileSync(join(root, 'test/airplane/new.jpg'), images[30].bytes);
    expect(await run(root, sink, { inspector: watched })).toMatchObject({ added: 1, known: 20 });
    expect(read).toEqual(['test/airplane/new.jpg', ...bad]);
  });

  it('keeps the bytes of a folder that will go away', async () => {
    const root = brokenFolder('upload', 4);
    const sink = new MemorySink();
    await run(root, sink, { copy: true });
    rmSync(root, { recursive: true });
    expect(sink.images.length).toBe(4);
    for (const { bytes, path, size } of sink.images) expect([path, bytes!.length]).toEqual([null, size]);
  });

  it('reports a file that goes away while it is imported', async () => {
    const root = brokenFolder('vanishing', 6);
    const sink = new MemorySink();
    let removed = false;
    const inspector: ImageInspector = {
      inspectBytes: localInspector.inspectBytes,
      async inspectFile(path, name) {
        if (!removed) rmSync(join(root, 'test/airplane/4.jpg'));
        removed = true;
        await new Promise((resolve) => setTimeout(resolve, 5));
        return localInspector.inspectFile(path, name);
      },
    };
    expect(await run(root, sink, { inspector })).toMatchObject({ added: 5 });
    expect(told(sink)['test/airplane/4.jpg']).toMatch(/^IMAGE_GONE /);
  });

  it('says that there is nothing to import', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(run(empty, new MemorySink())).rejects.toMatchObject({ code: 'SOURCE_EMPTY', message: `There are no images in ${empty}.` });
    writeFileSync(join(empty, 'a.txt'), '');
    await expect(run(empty, new MemorySink())).rejects.toMatchObject({ code: 'SOURCE_EMPTY', message: `There are no images in ${empty} (1 other files).` });
  });

  it('stores what it has read when it is cancelled', async () => {
    const sink = new MemorySink();
    const cancel = new AbortController();
    const work = run(samplePath, sink, { signal: cancel.signal, onProgress: ({ phase, done }) => phase === 'reading' && done >= 512 && cancel.abort() });
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(sink.images.length).toBeGreaterThanOrEqual(512);
    expect(sink.images.length).toBeLessThan(1000);
  });

  it('stores what it has read when an archive breaks off, and says so', async () => {
    const members = images.map(({ bytes }, i) => ({ name: `a/${i}.jpg`, bytes }));
    await writeTar(join(folder, 'breaks.tar'), members);
    const { readFileSync } = await import('node:fs');
    // Whole for the listing, cut for the reading: as a disk that is pulled out would have it.
    const source = await openSource(join(folder, 'breaks.tar'));
    const sink = new MemorySink();
    const work = importImages({
      source, sink, inspector: localInspector, concurrency: 4, signal: new AbortController().signal,
      onProgress: ({ phase, total }) => {
        if (phase === 'listing' && total !== null) writeFileSync(join(folder, 'breaks.tar'), readFileSync(join(folder, 'breaks.tar')).subarray(0, 300_000));
      },
    }); // prettier-ignore
    await expect(work).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
    expect(sink.images.length).toBeGreaterThan(50);
    expect(sink.failures).toEqual([]);
  });

  it('never has more on its way than it may', async () => {
    let most = 0;
    let waiting: (() => void)[] = [];
    const goOn = () => {
      const released = waiting;
      waiting = [];
      for (const release of released) release();
    };
    const inspector: ImageInspector = {
      ...localInspector,
      // Nothing is answered before as many are on their way as ever will be.
      async inspectBytes(bytes, name) {
        const released = new Promise<void>((resolve) => waiting.push(resolve));
        most = Math.max(most, waiting.length);
        if (waiting.length === 1) setTimeout(goOn, 30);
        await released;
        return { format: 'jpeg', width: 1, height: 1, sha256: name, size: bytes.length };
      },
    };
    writeFileSync(join(folder, 'hundred.zip'), zipOf(images.slice(0, 100).map(({ name, bytes }) => ({ name, bytes }))));
    expect(await run(join(folder, 'hundred.zip'), new MemorySink(), { inspector, concurrency: 2 })).toMatchObject({ added: 100 });
    expect(most).toBe(48);
  });

  it('ends with what the sink throws', async () => {
    const sink = new MemorySink();
    sink.add = () => {
      throw new Error('no room');
    };
    await expect(run(samplePath, sink)).rejects.toThrow('no room');
  });
});
