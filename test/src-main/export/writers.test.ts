import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { csvField, openCsv } from '../../../src-main/export/csv';
import type { ExportRow, ExportShape, ExportWriter } from '../../../src-main/export/export-rows';
import { openJsonl } from '../../../src-main/export/jsonl';
import { npyHeader, openNpy } from '../../../src-main/export/npy';
import { openStaticPage } from '../../../src-main/export/page/static-page';
import { openParquet } from '../../../src-main/export/parquet';
import { openProjector, spriteEdge } from '../../../src-main/export/projector';
import { temporaryFolder } from '../database/library.fixture';

const nasty = ['plain.png', 'a,b.png', 'say "hi".png', 'two\nlines.png', 'größe/📷.png', '</script><script>alert(1)</script>', "it's & <b>\u2028.png"];
let thumbnail: Buffer;
const n = 1_100;

/** Rows with every kind of name, and with gaps in everything that may be missing. */
function someRows(): ExportRow[] {
  return Array.from({ length: n }, (_, i) => ({
    id: i + 1,
    sha256: i.toString(16).padStart(64, '0'),
    name: `${i} ${nasty[i % nasty.length]}`,
    label: i % 5 === 0 ? null : `class ${i % 3}`,
    split: ([null, 'train', 'test'] as const)[i % 3],
    tags: ['blurred', 'größer'].slice(0, i % 3),
    excluded: i % 7 === 0,
    symbols: i % 11 === 0 ? null : [i % 256, 4095, 0],
    x: i % 13 === 0 ? null : Math.fround(i / n),
    y: i % 13 === 0 ? null : Math.fround(-i / n),
    embedding: Float32Array.from({ length: 4 }, (_, j) => Math.sin(i * 4 + j)),
    neighbours: { ids: [(i + 1) % n, (i + 2) % n], distances: [0, Math.fround(0.25)] },
    thumbnail: i % 17 === 0 ? null : thumbnail,
  }));
}
const shape: ExportShape = { count: n, length: 3, width: 4, map: true, neighbours: true, thumbnails: true, largest: 20 };

async function written(open: (folder: string) => Promise<ExportWriter>, rows: ExportRow[]): Promise<string> {
  const folder = join(temporaryFolder(), 'export');
  mkdirSync(folder);
  const writer = await open(folder);
  for (let at = 0; at < rows.length; at += 256) await writer.write(rows.slice(at, at + 256));
  await writer.finish();
  await writer.close();
  return folder;
}

beforeAll(async () => {
  thumbnail = await sharp({ create: { width: 20, height: 10, channels: 3, background: '#c03020' } }).webp({ lossless: true }).toBuffer();
});

describe('Parquet', () => {
  it('reads back as it was written, nested columns and missing values too', async () => {
    const rows = someRows();
    const folder = await written((to) => openParquet(to, shape), rows);
    const bytes = readFileSync(join(folder, 'images.parquet'));
    const read = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), utf8: false });
    expect(read).toHaveLength(n);
    rows.forEach((row, i) => {
      const { symbol_1, symbol_2, symbol_3, embedding, neighbors, thumbnail: picture, ...plain } = read[i];
      expect(plain).toEqual({ id: row.id, sha256: row.sha256, name: row.name, label: row.label, split: row.split, tags: row.tags, excluded: row.excluded, x: row.x, y: row.y });
      expect([symbol_1, symbol_2, symbol_3]).toEqual(row.symbols ?? [null, null, null]);
      expect(embedding).toEqual([...row.embedding!]);
      expect(neighbors).toEqual(row.neighbours);
      expect(picture === null ? null : Buffer.from(picture as Uint8Array)).toEqual(row.thumbnail);
    });
  });

  it('has only the columns that were asked for', async () => {
    const folder = await written((to) => openParquet(to, { count: n, length: 0, width: 0, map: false, neighbours: false, thumbnails: false, largest: 20 }), someRows());
    const bytes = readFileSync(join(folder, 'images.parquet'));
    const [first] = await parquetReadObjects({ file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), rowEnd: 1 });
    expect(Object.keys(first)).toEqual(['id', 'sha256', 'name', 'label', 'split', 'tags', 'excluded']);
  });
});

/** Reads CSV by RFC 4180, as a strict reader does. */
function readCsv(text: string): string[][] {
  const lines: string[][] = [[]];
  const field = /("(?:[^"]|"")*"|[^,\r\n"]*)(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const [, value, end] = field.exec(text)!;
    lines.at(-1)!.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === '\r\n') lines.push([]);
  }
  return lines.slice(0, -1);
}

describe('text formats', () => {
  it('CSV quotes what needs it, and a strict reader gives every name back', async () => {
    expect(['a', 'a,b', 'a"b', 'a\nb', null, 3].map(csvField)).toEqual(['a', '"a,b"', '"a""b"', '"a\nb"', '', '3']);
    const rows = someRows();
    const [header, ...lines] = readCsv(readFileSync(join(await written((to) => openCsv(to, shape), rows), 'images.csv'), 'utf8'));
    expect(header).toEqual(['id', 'sha256', 'name', 'label', 'split', 'tags', 'excluded', 'symbol_1', 'symbol_2', 'symbol_3', 'x', 'y', 'embedding', 'neighbors', 'neighbor_distances', 'thumbnail']);
    expect(lines).toHaveLength(n);
    lines.forEach((line, i) => {
      expect(line).toHaveLength(header.length);
      expect(line[2]).toBe(rows[i].name);
      expect(line[5]).toBe(rows[i].tags.join(','));
      expect(line[7]).toBe(rows[i].symbols ? String(rows[i].symbols![0]) : '');
    });
  });

  it('JSON Lines hold each image as an object', async () => {
    const rows = someRows();
    const lines = readFileSync(join(await written((to) => openJsonl(to, shape), rows), 'images.jsonl'), 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(n);
    const { neighbours, thumbnail: picture, embedding, ...rest } = rows[6];
    expect(JSON.parse(lines[6])).toEqual({ ...rest, embedding: [...embedding!], neighbors: neighbours, thumbnail: `data:image/webp;base64,${picture!.toString('base64')}` });
  });
});

describe('NPY', () => {
  it('has a head of a multiple of 64 bytes that ends in a line break, then the numbers', async () => {
    for (const size of [[1], [2300, 256], [1_000_000, 8]]) {
      const head = npyHeader('<f4', size);
      expect(head.length % 64).toBe(0);
      expect(head.readUInt16LE(8)).toBe(head.length - 10);
      expect(head.at(-1)).toBe(10);
    }
    const rows = someRows();
    const folder = await written((to) => openNpy(to, { ...shape, nearest: 2 }), rows);
    const body = (name: string, type: '<f4' | '<i4', size: number[]) => readFileSync(join(folder, name)).subarray(npyHeader(type, size).length);
    const embeddings = body('embeddings.npy', '<f4', [n, 4]);
    expect(embeddings.length).toBe(n * 16);
    expect(embeddings.readFloatLE(4 * (4 * 100 + 2))).toBe(rows[100].embedding![2]);
    expect(body('ids.npy', '<i4', [n]).readInt32LE(4 * 41)).toBe(42);
    expect(body('symbols.npy', '<i4', [n, 3]).readInt32LE(0)).toBe(-1);
    expect(body('neighbours.npy', '<i4', [n, 2]).readInt32LE(4 * 2)).toBe(2);
  });
});

describe('Projector files', () => {
  it('have a line for each image and a sheet with the picture of each at its place', async () => {
    const rows = someRows();
    const folder = await written((to) => openProjector(to, shape), rows);
    const text = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(text('tensors.tsv').trimEnd().split('\n').map((line) => line.split('\t').length)).toEqual(new Array(n).fill(4));
    const metadata = text('metadata.tsv').trimEnd().split('\n');
    expect(metadata).toHaveLength(n + 1);
    expect(new Set(metadata.map((line) => line.split('\t').length))).toEqual(new Set([8]));
    const edge = spriteEdge(n, 20);
    expect(edge).toBe(20);
    expect(text('projector_config.pbtxt')).toContain(`single_image_dim: ${edge}`);
    const { data, info } = await sharp(join(folder, 'sprite.png')).raw().toBuffer({ resolveWithObject: true });
    const columns = Math.ceil(Math.sqrt(n));
    expect([info.width, info.height]).toEqual([columns * edge, Math.ceil(n / columns) * edge]);
    const middle = (i: number) => [...data.subarray(((Math.floor(i / columns) + 0.5) * edge * info.width + ((i % columns) + 0.5) * edge) * 3).subarray(0, 3)];
    expect(middle(1)).toEqual([0xc0, 0x30, 0x20]);
    expect(middle(17)).toEqual([255, 255, 255]); // its picture could not be read
  });

  it('keep their sheet within what can be drawn', () => {
    for (const count of [1, 100, 16_384, 60_000, 1_000_000]) expect(spriteEdge(count) * Math.ceil(Math.sqrt(count))).toBeLessThanOrEqual(8192);
    expect(spriteEdge(60_000)).toBe(33);
  });
});

describe('the static page', () => {
  it('holds all data inline, escaped, and forbids every request', async () => {
    const folder = await written((to) => openStaticPage(to, { ...shape, title: '<b>Mine</b>', subtitle: 'x & y', colourBy: '2' }), someRows());
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    expect(html).toContain("default-src 'none'; img-src data:");
    expect(html).toContain('<title>&lt;b&gt;Mine&lt;/b&gt;</title>');
    expect(html).not.toContain('<script>alert');
    expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
    const blocks = [...html.matchAll(/<script type="application\/json" class="rows">(.*?)<\/script>/gs)].flatMap(([, json]) => JSON.parse(json) as unknown[][]);
    expect(blocks.map(([name]) => name)).toEqual(someRows().map(({ name }) => name));
    expect([...html.matchAll(/<img class="sheet"/g)]).toHaveLength(Math.ceil(n / 1024));
    expect(JSON.parse(/id="head">(.*?)<\/script>/s.exec(html)![1])).toMatchObject({ colourBy: '2', length: 3 });
  });
});
