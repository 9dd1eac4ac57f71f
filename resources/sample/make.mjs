/**
 * Makes cifar10-sample.zip from an archive with all of CIFAR-10 as files:
 *
 *     npx node resources/sample/make.mjs cifar10-images.tar.gz
 *
 * The archive holds cifar10/{train,test}/<class>/NNNN.jpg. Of each class the first 200 training and 50 test images by
 * name are taken, their bytes unchanged. The same archive always gives the same file: entries go round the classes (so that the
 * first page of a grid shows all of them), stored without compression (JPEG does not compress) and dated 1980-01-01.
 */
import { createReadStream, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crc32, createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

const wanted = { train: 200, test: 50 };
const [archive, out = fileURLToPath(new URL('cifar10-sample.zip', import.meta.url))] = process.argv.slice(2);
if (!archive) {
  console.error('usage: node resources/sample/make.mjs cifar10-images.tar.gz [out.zip]');
  process.exit(2);
}

/** All images of the archive by "split/class", then by name. */
const groups = new Map();
const tar = createReadStream(archive).pipe(createGunzip()).pipe(extract());
for await (const entry of tar) {
  const found = /(?:^|\/)(train|test)\/([^/]+)\/([^/]+\.jpg)$/.exec(entry.header.name);
  if (found === null) {
    entry.resume();
    continue;
  }
  const chunks = [];
  for await (const chunk of entry) chunks.push(chunk);
  const key = `${found[1]}/${found[2]}`;
  if (!groups.has(key)) groups.set(key, []);
  groups.get(key).push({ name: found[3], bytes: Buffer.concat(chunks) });
}

const files = [...groups].flatMap(([key, images]) =>
  images
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, wanted[key.split('/')[0]])
    .map(({ name, bytes }, rank) => ({ rank, name: `cifar10-sample/${key}/${name}`, bytes })),
);
files.sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1));
const expected = 10 * (wanted.train + wanted.test);
if (files.length !== expected) {
  console.error(`${archive} gives ${files.length} images, not ${expected}: it is not all of CIFAR-10.`);
  process.exit(1);
}
writeFileSync(out, storedZip(files));
console.log(`${out}: ${files.length} images`);

/** A .zip of stored files. Source: PKWARE's APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
function storedZip(members) {
  const locals = [];
  const central = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0); // version needed
    shared.writeUInt16LE(0x0800, 2); // names are UTF-8
    shared.writeUInt16LE(0x21, 8); // 1980-01-01
    shared.writeUInt32LE(crc32(bytes), 10);
    shared.writeUInt32LE(bytes.length, 14);
    shared.writeUInt32LE(bytes.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    locals.push(Buffer.from('PK\x03\x04', 'latin1'), shared, Buffer.from(name), bytes);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((0o100644 << 16) >>> 0, 6); // a regular file
    rest.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02\x14\x03', 'latin1'), shared, rest, Buffer.from(name));
    offset += 30 + Buffer.byteLength(name) + bytes.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}
