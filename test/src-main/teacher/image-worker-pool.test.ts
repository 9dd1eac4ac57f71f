import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localInspector } from '../../../src-main/dataset/inspector';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { ImageWorkerPool } from '../../../src-main/teacher/image-worker-pool';
import { removeFolder, temporaryFolder } from '../../support/temporary';
import { blankPng, sampleImages } from '../dataset/archives';
import { builtImageWorker } from './built-worker';
import { encodeIn, planOf } from './plans';

let worker: string;
let folder: string;
let images: Awaited<ReturnType<typeof sampleImages>>;
let pool: ImageWorkerPool;
const teacher = embeddedTeacher();
beforeAll(async () => {
  folder = temporaryFolder('pool');
  images = await sampleImages(20);
  worker = await builtImageWorker();
  pool = new ImageWorkerPool({ worker, teacher, plan: planOf(2) });
});
afterAll(async () => {
  await pool.close();
  removeFolder(folder);
  removeFolder(join(worker, '..'));
});

describe('the image workers', () => {
  it('inspect as the main thread does, bytes and files', async () => {
    const file = join(folder, 'a.jpg');
    writeFileSync(file, images[0].bytes);
    const expected = await localInspector.inspectBytes(images[0].bytes, 'a.jpg');
    expect(await pool.inspectBytes(images[0].bytes, 'a.jpg')).toEqual(expected);
    expect(await pool.inspectFile(file, 'a.jpg')).toEqual(expected);
    expect(images[0].bytes.length).toBe(expected.size); // the caller's bytes are still there
  });

  it('encode one image, the same numbers at any time and from any worker', async () => {
    const one = await encodeIn(pool, images[0].bytes, 'a');
    expect([one.features.length, one.tokens.length]).toEqual([teacher.featureWidth, 0]);
    const many = await Promise.all([...images, ...images].map(({ bytes }) => encodeIn(pool, bytes, 'a')));
    expect(many[0]).toEqual(one);
    images.forEach((_, i) => expect(many[i]).toEqual(many[i + images.length]));
  });

  it('make thumbnails', async () => {
    const photo = await sharp({ create: { width: 300, height: 100, channels: 3, background: 'teal' } }).jpeg().toBuffer();
    const { format, width, height } = await sharp(await pool.thumbnail(photo, 'a', 64)).metadata();
    expect([format, width, height]).toEqual(['webp', 64, 21]);
  });

  it('refuse bad input with its name and live on', async () => {
    await expect(encodeIn(pool, Buffer.alloc(0), 'empty.png')).rejects.toMatchObject({ code: 'IMAGE_EMPTY', subject: 'empty.png' });
    await expect(encodeIn(pool, Buffer.from('some text here'), 'text.png')).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    await expect(pool.thumbnail(blankPng(30_000, 30_000), 'bomb.png', 64)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE', message: expect.stringContaining('30,000 × 30,000 pixels') });
    await expect(pool.inspectFile(join(folder, 'nothing.png'), 'nothing.png')).rejects.toMatchObject({ code: 'IMAGE_GONE', subject: 'nothing.png', remedy: expect.any(String) });
    for (let part = 1; part < 16; part++) {
      const cut = images[0].bytes.subarray(0, Math.floor((images[0].bytes.length * part) / 16));
      await expect(encodeIn(pool, cut, 'cut.jpg')).rejects.toMatchObject({ code: 'IMAGE_UNREADABLE' });
    }
    expect((await encodeIn(pool, images[1].bytes, 'b')).features.length).toBe(teacher.featureWidth);
  });

  it('stop at once when a request is cancelled', async () => {
    const cancel = new AbortController();
    const work = pool.request({ kind: 'inspect-bytes', bytes: images[0].bytes, name: 'a' }, 'a', cancel.signal);
    cancel.abort();
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(pool.request({ kind: 'inspect-bytes', bytes: images[0].bytes, name: 'a' }, 'a', cancel.signal)).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await pool.inspectBytes(images[0].bytes, 'a')).width).toBe(32);
  });

  it('can be closed while they work, and started and closed again and again', async () => {
    for (let i = 0; i < 3; i++) {
      const short = new ImageWorkerPool({ worker, teacher, plan: planOf(2) });
      const work = images.map(({ bytes }) => encodeIn(short, bytes, 'a').catch((error: { code: string }) => error.code));
      await Promise.race(work);
      await short.close();
      for (const result of await Promise.all(work)) expect(result === 'CANCELLED' || (typeof result === 'object' && result.features instanceof Float32Array)).toBe(true);
      await expect(encodeIn(short, images[0].bytes, 'a')).rejects.toMatchObject({ code: 'CANCELLED' });
    }
  });
});

describe('a worker that ends', () => {
  /** Answers with the length of the name, unless the name says how to end. */
  const stub = () => {
    const file = join(folder, 'stub.mjs');
    writeFileSync(
      file,
      `import { parentPort } from 'node:worker_threads';
       parentPort.on('message', ({ id, request }) => {
         if (request.name === 'exit') process.exit(3);
         if (request.name === 'throw') throw new Error('out of luck');
         if (request.name !== 'wait') parentPort.postMessage({ id, answer: { width: request.name.length } });
       });`,
    );
    return new ImageWorkerPool({ worker: file, teacher, plan: planOf(1) });
  };
  it('fails its requests with PROCESS_DIED and is replaced', async () => {
    const stubs = stub();
    const waiting = stubs.inspectBytes(Buffer.alloc(1), 'wait');
    const ending = stubs.inspectBytes(Buffer.alloc(1), 'exit');
    await expect(waiting).rejects.toMatchObject({ code: 'PROCESS_DIED', message: 'The image worker ended while it worked on wait (exit code 3).' });
    await expect(ending).rejects.toMatchObject({ code: 'PROCESS_DIED', subject: 'exit' });
    expect(await stubs.inspectBytes(Buffer.alloc(1), 'four')).toEqual({ width: 4 });
    await expect(stubs.inspectBytes(Buffer.alloc(1), 'throw')).rejects.toMatchObject({ code: 'PROCESS_DIED', message: expect.stringContaining('out of luck') });
    expect(await stubs.inspectBytes(Buffer.alloc(1), 'seven..')).toEqual({ width: 7 });
    await stubs.close();
  });
  it('fails when there is no such worker at all', async () => {
    const missing = new ImageWorkerPool({ worker: join(folder, 'missing.mjs'), teacher, plan: planOf(1) });
    await expect(missing.inspectBytes(Buffer.alloc(1), 'a')).rejects.toMatchObject({ code: 'PROCESS_DIED', message: expect.stringContaining('missing.mjs') });
    await missing.close();
  });
});
