#!/usr/bin/env node
/**
 * What the Describe and Speak pages wait for, through the socket of a running engine: files that are new, three batches of 32
 * at a time as the page sends them; the same files again; a heat map; and the
 * nearest images of a sequence by each kind. The library remembers the files afterwards: give it a copy.
 *
 *     npx node bench/describe/run.mjs --library DIR --collection NAME --run RUN [--files 2000] [--rounds 15] [--json FILE]
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { build } from '../../scripts/build.mjs';
import { engineNode, root } from '../../scripts/project.mjs';
import { median, report, row } from '../report.mjs';

const text = (standard) => ({ type: 'string', default: standard });
const { values } = parseArgs({ options: { library: { type: 'string' }, collection: text('CIFAR-10'), run: text('CIFAR-10, GS 128'), files: text('2000'), rounds: text('15'), json: { type: 'string' } } });
if (!values.library) throw new Error('Give a copy of a library with --library.');
const rounds = Number(values.rounds);
const [batch, inFlight] = [32, 3];

await build();
const child = spawn(engineNode(), [join(process.env.GLYPHSCOPE_OUT || join(root, 'out'), 'engine/cli.mjs'), 'serve', '--library', values.library, '--json'], { stdio: ['pipe', 'pipe', 'inherit'] });
await new Promise((resolve, reject) => {
  let said = '';
  child.stdout.on('data', (data) => (said += data).includes('"link"') && resolve());
  child.once('exit', (code) => reject(new Error(`The engine ended with ${code}.`)));
});
try {
  const { port, hostToken } = JSON.parse(readFileSync(join(values.library, 'library.lock'), 'utf8'));
  const headers = { Authorization: `Bearer ${hostToken}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, { headers, perMessageDeflate: false });
  socket.binaryType = 'arraybuffer';
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const client = createORPCClient(new RPCLink({ websocket: socket }));
  const named = async (list, name) => {
    const found = (await list).find((one) => one.name === name);
    if (!found) throw new Error(`The library has nothing named "${name}".`);
    return found;
  };
  const collection = await named(client.collections.list(), values.collection);
  const run = await named(client.runs.list(), values.run);
  const asked = { run: run.id, collection: collection.id };

  const files = [];
  for (let at = 0; files.length < Number(values.files); at += 500) {
    const { items } = await client.images.list({ ...asked, offset: at, limit: Math.min(500, Number(values.files) - files.length) });
    if (items.length === 0) break;
    for (const { id, name } of items) files.push({ name, file: new Blob([await (await fetch(`http://127.0.0.1:${port}/images/${id}/original`, { headers })).arrayBuffer()]) });
  }
  /** Milliseconds for all files. A trailing number makes bytes that were never described: PNG and JPEG end before it. */
  const describe = async (change) => {
    const sent = await Promise.all(files.map(async ({ name, file }, i) => ({ name, file: change === null ? file : new Blob([file, `${change} ${i}`]) })));
    const begun = performance.now();
    let next = 0;
    await Promise.all(
      Array.from({ length: inFlight }, async () => {
        while (next < sent.length) {
          const some = sent.slice(next, (next += batch));
          const failed = (await client.describe.files({ run: run.id, files: some })).find((outcome) => 'error' in outcome);
          if (failed) throw new Error(failed.error.message);
        }
      }),
    );
    return performance.now() - begun;
  };
  await client.describe.files({ run: run.id, files: files.slice(0, batch).map(({ name, file }, i) => ({ name, file: new Blob([file, `first ${Date.now()} ${i}`]) })) });
  const fresh = await describe(`at ${Date.now()}`);
  await describe(null);
  const known = await describe(null);

  const cores = availableParallelism();
  const rows = [
    row({ name: `a new file, of ${files.length}`, ours: fresh / files.length, unit: 'ms', goal: 20, cores, load: loadavg()[0], filesPerSecond: (files.length * 1000) / fresh }),
    row({ name: 'a file that is known', ours: known / files.length, unit: 'ms', goal: 2, cores }),
  ];

  const timed = async (work) => {
    const times = [];
    await work(-1); // what is read at the first question is not asked for again
    for (let r = 0; r < rounds; r++) {
      const begun = performance.now();
      await work(r);
      times.push(performance.now() - begun);
    }
    return median(times);
  };
  const K = run.config.vocabulary;
  const spoken = (r) => [(r * 7 + 12) % K, (r * 3 + 7) % K, null, (r + 3) % K];
  for (const by of ['embedding', 'prefix', 'edits'])
    rows.push(row({ name: `the nearest of ${collection.images} images to a sequence with *, by ${by}`, ours: await timed((r) => client.explore.near({ ...asked, of: { kind: 'symbols', symbols: spoken(r + 1) }, by, count: 12 })), unit: 'ms', goal: 200, cores }));
  const [first] = await client.describe.files({ run: run.id, files: files.slice(0, 1) });
  rows.push(row({ name: "the nearest to a file by the teacher's features", ours: await timed(() => client.explore.near({ ...asked, of: { kind: 'file', sha256: first.file.sha256 }, by: 'feature', count: 12 })), unit: 'ms', goal: 200, cores }));
  rows.push(row({ name: 'alternatives at a position, with what follows', ours: await timed((r) => client.describe.alternatives({ run: run.id, sha256: first.file.sha256, position: Math.max(0, r) % run.config.length })), unit: 'ms', goal: 200, cores }));
  rows.push(row({ name: 'after 1, 2, 4 and 8 symbols', ours: await timed(() => client.describe.readings({ ...asked, sha256: first.file.sha256, lengths: [1, 2, 4, 8] })), unit: 'ms', goal: 300, cores }));
  const heat = await timed(async () => {
    for await (const event of await client.describe.occlude({ run: run.id, name: files[0].name, file: files[0].file, grid: 8 })) void event;
  });
  rows.push(row({ name: 'a heat map of 8 × 8 patches', ours: heat, unit: 'ms', goal: 3000, cores }));
  report(rows, values.json);
  socket.close();
} finally {
  child.removeAllListeners('exit');
  child.kill('SIGTERM');
}
