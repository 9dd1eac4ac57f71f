// A copy of a library whose map has any number of points: the sample's images again and again, in the clusters and the
// uneven density of a real map. All else is the product as it is.
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';

/** Normal numbers from a small generator, the same at each run. */
function* normals() {
  let state = 12345;
  const next = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 4294967296;
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(next()));
    const angle = 2 * Math.PI * next();
    yield radius * Math.cos(angle);
    yield radius * Math.sin(angle);
  }
}

/** [n, 2] within −1 … 1 and a label of ten for each: 60 clusters of unequal width. */
export function scatter(points) {
  const random = normals();
  const clusters = Array.from({ length: 60 }, () => ({ x: 0.33 * random.next().value, y: 0.33 * random.next().value, width: 0.015 + 0.04 * Math.abs(random.next().value) }));
  const coordinates = new Float32Array(2 * points);
  const labels = new Int16Array(points);
  for (let i = 0; i < points; i++) {
    const { x, y, width } = clusters[(i * 7919) % clusters.length];
    coordinates[2 * i] = Math.max(-1, Math.min(1, x + width * random.next().value));
    coordinates[2 * i + 1] = Math.max(-1, Math.min(1, y + width * random.next().value));
    labels[i] = ((i * 7919) % clusters.length) % 10;
  }
  return { coordinates, labels };
}

/** Puts the points into the only map of a library that no engine holds. */
export function fillMap(library, { coordinates, labels }) {
  const points = labels.length;
  const db = new Database(path.join(library, 'library.sqlite'));
  const map = db.prepare('SELECT id, run, collection, length FROM maps').get();
  const images = db.prepare('SELECT image FROM descriptions WHERE run = ? ORDER BY image').all(map.run).map(({ image }) => image);
  const symbols = new Map(db.prepare('SELECT image, symbols FROM descriptions WHERE run = ?').all(map.run).map((row) => [row.image, row.symbols.swap16()]));
  const ids = Int32Array.from({ length: points }, (_, i) => images[i % images.length]);
  const file = path.join(library, 'maps', `${map.id}.bin`);
  const part = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  const described = Buffer.concat(images.map((image) => symbols.get(image)));
  const repeated = Buffer.alloc(points * map.length * 2, described);
  fs.writeFileSync(file, Buffer.concat([part(coordinates), part(ids), part(labels), repeated]));
  db.prepare('UPDATE maps SET points = ?, created_at = created_at + 1 WHERE id = ?').run(points, map.id);
  db.close();
}
