#!/usr/bin/env node
// Compares everything that the vocabulary shows with plain SQL and scans of the whole collection: use, labels, lifts and
// purities, what stands before and after, nearest symbols, typical images, and the tree of prefixes.
//
//   node_modules/.bin/node bench/vocabulary/check.mjs --library DIR [--collection NAME] [--run NAME] [--json FILE]
//
// The collection must be described by the run; without --library a new library with the sample is made. Nothing in the
// library is changed. Ends with 1 when anything differs.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import Database from 'better-sqlite3';
import { WebSocket } from 'ws';
import { build } from '../../scripts/build.mjs';
import { engineEntry, engineNode } from '../../scripts/project.mjs';

const { values } = parseArgs({ options: { library: { type: 'string' }, collection: { type: 'string' }, run: { type: 'string' }, json: { type: 'string' } } });
const library = values.library ?? fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-vocabulary-'));
await build({ say: () => undefined });

const engine = spawn(engineNode(), [engineEntry, 'serve', '--library', library, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
await new Promise((resolve, reject) => {
  engine.stdout.on('data', (text) => String(text).includes('"link"') && resolve());
  engine.once('exit', () => reject(new Error('The engine ended before it was ready.')));
});
const { port, hostToken } = JSON.parse(fs.readFileSync(path.join(library, 'library.lock'), 'utf8'));
let socket;
let client;
/** Connects anew: the engine lets go of who does not answer for a while, as this script does while it counts. */
async function connect() {
  socket?.close();
  socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers: { Authorization: `Bearer ${hostToken}` } });
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', () => undefined); // followed by close, which ends every open call with an error
  client = createORPCClient(new RPCLink({ websocket: socket }));
}

const checks = [];
let check;
/** Begins a check; everything that `same` and `near` compare until the next one counts for it. */
function begin(name, how) {
  check = { name, how, compared: 0, differences: 0, largest: 0, first: null };
  checks.push(check);
}
function differ(what, found, expected) {
  check.differences++;
  check.first ??= `${what}: ${found}, expected ${expected}`;
}
function same(found, expected, what) {
  check.compared++;
  if (found !== expected) differ(what, found, expected);
}
function near(found, expected, what, tolerance = 1e-9) {
  check.compared++;
  const difference = Math.abs(found - expected);
  if (difference > check.largest) check.largest = difference;
  if (!(difference <= tolerance * Math.max(1, Math.abs(expected)))) differ(what, found, expected);
}

try {
  await connect();
  const { run, collection } = await subject();
  const seconds = Date.now();
  const facts = readFacts(run, collection);
  await connect();
  const ask = { run: run.id, collection: collection.id };
  const vocabulary = await client.explore.vocabulary({ ...ask, exemplars: 8 });
  const details = [];
  for (let symbol = 0; symbol < facts.K; symbol++) details.push(await client.explore.symbol({ ...ask, symbol, images: 8 }));
  checkUse(facts, vocabulary);
  checkLabels(facts, vocabulary, details);
  checkTransitions(facts, details);
  checkEmbeddings(facts, vocabulary, details);
  await connect();
  await checkPrefixes(facts, (prefix) => client.explore.prefix({ ...ask, prefix, images: 0 }));
  const failed = checks.filter(({ differences }) => differences > 0);
  console.log(`${collection.name} (${facts.rows.length.toLocaleString('en')} images) by ${run.name}, ${facts.K} symbols, ${facts.L} positions, ${Math.round((Date.now() - seconds) / 1000)} s\n`);
  console.log('| what | against | compared | differences | largest |\n|---|---|---|---|---|');
  for (const { name, how, compared, differences, largest } of checks) console.log(`| ${name} | ${how} | ${compared.toLocaleString('en')} | ${differences} | ${largest === 0 ? '0' : largest.toExponential(1)} |`);
  for (const { name, first } of failed) console.error(`${name}: ${first}`);
  if (values.json) fs.writeFileSync(values.json, JSON.stringify({ collection: collection.name, run: run.name, images: facts.rows.length, checks }, null, 2));
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  socket.close();
  engine.removeAllListeners('exit').kill('SIGTERM');
  await new Promise((resolve) => engine.once('exit', resolve));
  if (!values.library) fs.rmSync(library, { recursive: true, force: true });
}

/** The run and collection that are asked about; a new library describes its sample first. */
async function subject() {
  for (let tries = 0; tries < 240; tries++) {
    const [runs, collections] = await Promise.all([client.runs.list(), client.collections.list()]);
    for (const run of runs)
      for (const collection of collections)
        if (run.encoded.includes(collection.name) && (!values.run || run.name === values.run) && (!values.collection || collection.name === values.collection)) return { run, collection };
    if (values.library) break;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new Error('No run here has described such a collection.');
}

/** Descriptions and labels as rows of a database in memory, and the embeddings as they lie in the run's folder. */
function readFacts(run, collection) {
  const db = new Database(path.join(library, 'library.sqlite'), { readonly: true });
  const described = db.prepare('SELECT DISTINCT d.image, hex(d.symbols) AS symbols FROM descriptions d JOIN collection_images c ON c.image = d.image WHERE d.run = ? AND c.collection = ? ORDER BY d.image').all(run.id, collection.id);
  const labelOf = new Map(db.prepare('SELECT image, label, min(position) FROM collection_images WHERE collection = ? GROUP BY image').all(collection.id).map(({ image, label }) => [image, label]));
  const { step } = db.prepare('SELECT step FROM encodings WHERE run = ? AND collection = ?').get(run.id, collection.id);
  db.close();
  const rows = described.map(({ image, symbols }) => ({ image, symbols: symbols.match(/.{4}/g).map((hex) => parseInt(hex, 16)), label: labelOf.get(image) ?? null }));
  const sql = new Database(':memory:');
  sql.exec('CREATE TABLE stands (image INTEGER, position INTEGER, symbol INTEGER, label TEXT, prefix TEXT, PRIMARY KEY (image, position)) WITHOUT ROWID; CREATE INDEX by_prefix ON stands (prefix)');
  const insert = sql.prepare('INSERT INTO stands VALUES (?, ?, ?, ?, ?)');
  sql.transaction(() => {
    for (const { image, symbols, label } of rows) symbols.forEach((symbol, j) => insert.run(image, j + 1, symbol, label, symbols.slice(0, j + 1).join(' ')));
  })();
  const stem = path.join(library, 'runs', String(run.id), `embeddings-${step}`);
  const { width } = JSON.parse(fs.readFileSync(`${stem}.json`, 'utf8'));
  const file = fs.openSync(`${stem}.f32`, 'r');
  /** Unit-length embeddings in double precision, [n, Z]. */
  const vectors = rows.map(({ image }) => {
    const bytes = Buffer.alloc(width * 4);
    fs.readSync(file, bytes, 0, bytes.length, (image - 1) * bytes.length);
    const vector = Float64Array.from(new Float32Array(bytes.buffer, bytes.byteOffset, width));
    const length = Math.hypot(...vector);
    return length > 0 ? vector.map((x) => x / length) : vector;
  });
  fs.closeSync(file);
  return { rows, sql, vectors, width, K: run.config.vocabulary, L: run.config.length };
}

function checkUse({ sql, rows, K, L }, vocabulary) {
  const at = new Map(sql.prepare('SELECT symbol, position, count(*) AS n FROM stands GROUP BY symbol, position').all().map(({ symbol, position, n }) => [`${symbol} ${position}`, n]));
  const total = new Map(sql.prepare('SELECT symbol, count(DISTINCT image) AS n FROM stands GROUP BY symbol').all().map(({ symbol, n }) => [symbol, n]));
  begin('use of each symbol, at all and at each position', 'SQL');
  same(vocabulary.images, rows.length, 'images');
  for (const { symbol, total: found, byPosition } of vocabulary.symbols) {
    same(found, total.get(symbol) ?? 0, `symbol ${symbol}`);
    byPosition.forEach((count, j) => same(count, at.get(`${symbol} ${j + 1}`) ?? 0, `symbol ${symbol} at ${j + 1}`));
  }
  begin('usage and perplexity of each position', 'SQL and their definition');
  for (let j = 1; j <= L; j++) {
    const counts = Array.from({ length: K }, (_, symbol) => at.get(`${symbol} ${j}`) ?? 0).filter((n) => n > 0);
    near(vocabulary.usage[j - 1], counts.length / K, `usage at ${j}`);
    near(vocabulary.perplexity[j - 1], Math.exp(-counts.reduce((sum, n) => sum + (n / rows.length) * Math.log(n / rows.length), 0)), `perplexity at ${j}`);
  }
}

function checkLabels({ sql }, vocabulary, details) {
  const base = new Map(sql.prepare('SELECT label, count(DISTINCT image) AS n FROM stands WHERE label IS NOT NULL GROUP BY label').all().map(({ label, n }) => [label, n]));
  const all = [...base.values()].reduce((a, b) => a + b, 0);
  const anywhere = sql.prepare('SELECT label, count(DISTINCT image) AS n FROM stands WHERE symbol = ? AND label IS NOT NULL GROUP BY label');
  const there = sql.prepare('SELECT label, count(*) AS n FROM stands WHERE symbol = ? AND position = ? AND label IS NOT NULL GROUP BY label');
  const compare = (found, counts, what) => {
    const held = counts.reduce((sum, { n }) => sum + n, 0);
    const n = counts.find(({ label }) => label === found.name)?.n ?? 0;
    same(found.images, n, `${what}, ${found.name}`);
    near(found.share, n / held, `share of ${found.name}, ${what}`);
    near(found.lift, n / held / (base.get(found.name) / all), `lift of ${found.name}, ${what}`);
  };
  begin('labels of each symbol: support, share, lift, purity', 'SQL');
  for (const { summary, labels } of details) {
    const counts = anywhere.all(summary.symbol);
    same(labels.length, counts.length, `labels of symbol ${summary.symbol}`);
    for (const label of labels) compare(label, counts, `symbol ${summary.symbol}`);
    if (counts.length > 0) near(summary.purity, Math.max(...counts.map(({ n }) => n)) / counts.reduce((sum, { n }) => sum + n, 0), `purity of symbol ${summary.symbol}`);
    same(JSON.stringify(labels[0] ?? null), JSON.stringify(vocabulary.symbols[summary.symbol].topLabel), `top label of symbol ${summary.symbol}`);
  }
  begin('top label of each symbol at each position', 'SQL');
  for (const { symbol, topLabelByPosition } of vocabulary.symbols)
    topLabelByPosition.forEach((label, j) => {
      const counts = there.all(symbol, j + 1);
      same(label === null, counts.length === 0, `symbol ${symbol} at ${j + 1}`);
      if (label) compare(label, counts, `symbol ${symbol} at ${j + 1}`);
    });
}

function checkTransitions({ sql, rows, L }, details) {
  const pairs = sql.prepare('SELECT a.symbol AS first, b.symbol AS second, count(*) AS n FROM stands a JOIN stands b ON b.image = a.image AND b.position = a.position + 1 GROUP BY a.symbol, b.symbol').all();
  const use = new Map(sql.prepare('SELECT symbol, position, count(*) AS n FROM stands GROUP BY symbol, position').all().map(({ symbol, position, n }) => [`${symbol} ${position}`, n]));
  const n = (symbol, position) => use.get(`${symbol} ${position}`) ?? 0;
  begin('what stands before and after: count, share, lift', 'SQL, joined with itself');
  for (const [side, own, other, step] of [['before', 'second', 'first', -1], ['after', 'first', 'second', 1]]) {
    const of = Map.groupBy(pairs, (pair) => pair[own]);
    for (const { summary: { symbol }, [side]: found } of details) {
      const expected = new Map((of.get(symbol) ?? []).map((pair) => [pair[other], pair.n]));
      const all = [...expected.values()].reduce((a, b) => a + b, 0);
      same(found.length, expected.size, `${side} ${symbol}`);
      for (const transition of found) {
        same(transition.count, expected.get(transition.symbol), `${transition.symbol} ${side} ${symbol}`);
        near(transition.share, transition.count / all, `share of ${transition.symbol} ${side} ${symbol}`);
        let chance = 0;
        for (let j = 1; j <= L; j++) if (j + step >= 1 && j + step <= L) chance += (n(symbol, j) * n(transition.symbol, j + step)) / rows.length;
        near(transition.lift, transition.count / chance, `lift of ${transition.symbol} ${side} ${symbol}`);
      }
    }
  }
}

function dot(a, b) {
  let sum = 0;
  for (let t = 0; t < a.length; t++) sum += a[t] * b[t];
  return sum;
}
function unit(a) {
  const length = Math.sqrt(dot(a, a)) || 1;
  return a.map((x) => x / length);
}

function checkEmbeddings({ rows, vectors, width, K }, vocabulary, details) {
  const mean = (members) => {
    const sum = new Float64Array(width);
    for (const i of members) for (let t = 0; t < width; t++) sum[t] += vectors[i][t];
    return sum.map((x) => x / Math.max(1, members.length));
  };
  const rowOf = new Map(rows.map(({ image }, i) => [image, i]));
  const holders = Array.from({ length: K }, () => []);
  rows.forEach(({ symbols }, i) => new Set(symbols).forEach((symbol) => holders[symbol].push(i)));
  const means = holders.map(mean);
  const all = mean(rows.keys().toArray());
  const centres = means.map((own) => unit(own.map((x, t) => x - all[t])));
  /** That the images are members, and their nearness to the members' mean is that of the nearest. */
  const nearest = (images, members, what) => {
    const centre = unit(mean(members));
    const best = members.map((i) => dot(vectors[i], centre)).sort((a, b) => b - a);
    same(images.length, Math.min(8, members.length), `typical images of ${what}`);
    const inside = new Set(members);
    images.forEach((image, place) => {
      same(inside.has(rowOf.get(image)), true, `image ${image} of ${what}`);
      near(dot(vectors[rowOf.get(image)], centre), best[place], `nearness of image ${image} of ${what}`, 1e-5);
    });
  };
  begin('typical images of each symbol, at all and at each position', 'a scan in double precision');
  for (const { symbol, exemplars } of vocabulary.symbols) nearest(exemplars, holders[symbol], `symbol ${symbol}`);
  for (const { summary: { symbol }, positions } of details)
    for (const { position, images } of positions) nearest(images.map(({ id }) => id), holders[symbol].filter((i) => rows[i].symbols[position - 1] === symbol), `symbol ${symbol} at ${position}`);
  begin('nearest symbols of each symbol', 'a scan in double precision');
  for (const { summary: { symbol }, nearest: found } of details) {
    if (holders[symbol].length === 0) {
      same(found.length, 0, `nearest of dead symbol ${symbol}`);
      continue;
    }
    const expected = centres.flatMap((centre, other) => (other === symbol || holders[other].length === 0 ? [] : [dot(centre, centres[symbol])])).sort((a, b) => b - a);
    same(found.length, Math.min(12, expected.length), `nearest of symbol ${symbol}`);
    found.forEach(({ symbol: other, similarity }, place) => {
      near(similarity, dot(centres[other], centres[symbol]), `similarity of ${other} and ${symbol}`, 1e-4);
      near(similarity, expected[place], `place ${place + 1} near symbol ${symbol}`, 1e-4);
    });
  }
}

/** Every node of the first two levels, and the way down to every 200th image. */
async function checkPrefixes({ rows, sql, L }, ask) {
  const children = sql.prepare('SELECT symbol, count(*) AS n FROM stands WHERE position = ? AND (? = 1 OR prefix >= ? AND prefix < ?) GROUP BY symbol');
  const labels = sql.prepare('SELECT label, count(*) AS n FROM stands WHERE prefix = ? AND position = ? AND label IS NOT NULL GROUP BY label');
  const wanted = new Map([['', []]]);
  for (let i = 0; i < rows.length; i++)
    for (let length = 1; length <= (i % 200 === 0 ? L : 2); length++) wanted.set(rows[i].symbols.slice(0, length).join(' '), rows[i].symbols.slice(0, length));
  begin('nodes of the tree of prefixes: images, label, children with their labels', 'SQL');
  for (const [text, prefix] of wanted) {
    const node = await ask(prefix);
    // "12 7!" is the first text after all that begin with "12 7 ", because "!" follows the space.
    const expected = prefix.length === L ? [] : children.all(prefix.length + 1, prefix.length === 0 ? 1 : 0, `${text} `, `${text}!`);
    const byCommon = (found, at, what) => {
      const counts = labels.all(at.join(' '), at.length);
      same(found === null, counts.length === 0, `label of ${what}`);
      if (found) {
        const most = Math.max(...counts.map(({ n }) => n));
        same(counts.find(({ label }) => label === found.name)?.n, most, `label of ${what}`);
        near(found.share, most / counts.reduce((sum, { n }) => sum + n, 0), `share of ${what}`);
      }
    };
    if (prefix.length < L) {
      same(node.total, expected.reduce((sum, { n }) => sum + n, 0), `images of "${text}"`);
      same(node.children.length, expected.length, `children of "${text}"`);
      const counts = new Map(expected.map(({ symbol, n }) => [symbol, n]));
      for (const { symbol, total, label } of node.children) {
        same(total, counts.get(symbol), `"${text} ${symbol}"`);
        if (prefix.length < 2) byCommon(label, [...prefix, symbol], `"${text} ${symbol}"`);
      }
    }
    if (prefix.length > 0) byCommon(node.label, prefix, `"${text}"`);
  }
}
