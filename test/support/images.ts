import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import sharp from 'sharp';
import * as yauzl from 'yauzl';

const sample = path.resolve(import.meta.dirname, '..', '..', 'resources', 'sample');

/** A picture that is in no collection: bands of two colours, different for each seed. */
export async function picture(seed: number, size = 48): Promise<Buffer> {
  const data = Buffer.alloc(size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const at = 3 * (y * size + x);
      const band = Math.sin((x * (1 + (seed % 5)) + y * (2 + (seed % 3))) / 7 + seed);
      data[at] = 128 + 120 * band;
      data[at + 1] = (seed * 37 + 3 * y) % 256;
      data[at + 2] = 128 - 90 * band;
    }
  return sharp(data, { raw: { width: size, height: size, channels: 3 } }).png().toBuffer();
}

/** Writes `count` pictures in class folders: folder/a/0.png, folder/b/1.png, … */
export async function writePictures(folder: string, count: number, classes: readonly string[] = ['']): Promise<void> {
  for (let i = 0; i < count; i++) {
    const target = path.join(folder, classes[i % classes.length]);
    fs.mkdirSync(target, { recursive: true });
    fs.writeFileSync(path.join(target, `picture-${i}.png`), await picture(i));
  }
}

/** A folder with two good pictures and one of each kind of broken file; gives the names of the broken ones. */
export async function writeBrokenFolder(folder: string): Promise<string[]> {
  await writePictures(folder, 2);
  const jpeg = await sharp(await picture(9, 64)).jpeg().toBuffer();
  const broken: Record<string, Buffer> = {
    'empty.png': Buffer.alloc(0),
    'text.png': Buffer.from('This is no picture.\n'),
    'truncated.jpg': jpeg.subarray(0, Math.floor(jpeg.length / 2)),
    'huge.png': hugePng(30_000),
  };
  for (const [name, bytes] of Object.entries(broken)) fs.writeFileSync(path.join(folder, name), bytes);
  return Object.keys(broken);
}

/** The head of a PNG that claims to be `side` × `side` pixels: a bomb would go on for gigabytes. */
export function hugePng(side: number): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452000000000000000008020000000000000000000049444154', 'hex');
  head.writeUInt32BE(side, 16);
  head.writeUInt32BE(side, 20);
  return head;
}

/** True when the sample collection is part of this checkout. */
export const hasSample = () => fs.existsSync(sample);

/** The first images of the sample as files of a folder, in their splits and classes; gives their paths. */
export async function unpackSample(folder: string, count: number): Promise<string[]> {
  const archive = await yauzl.openPromise(path.join(sample, 'cifar10-sample.zip'), { autoClose: false });
  const files: string[] = [];
  try {
    for await (const entry of archive.eachEntry()) {
      if (files.length === count) break;
      if (entry.fileName.endsWith('/')) continue;
      const file = path.join(folder, ...entry.fileName.split('/').slice(1));
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, await buffer(await archive.openReadStreamPromise(entry)));
      files.push(file);
    }
  } finally {
    archive.close();
  }
  return files;
}
