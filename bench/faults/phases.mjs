// What Glyphscope is doing when something of it is killed. A phase begins its work, says when the moment has come, and
// afterwards does the same work again and looks whether it comes to the right end.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { pause, until } from './processes.mjs';

export const sampleName = 'CIFAR-10 sample';
export const referenceName = 'never stopped';
/** Small, and with many checkpoints and evaluations. Threads decide the order of sums: the same for all. */
export const training = { preset: 'tiny', steps: 240, checkpointEvery: 10, evaluateEvery: 15, threads: 1, seed: 3 };

const fresh = 600;
const over = new Set(['done', 'failed', 'cancelled', 'interrupted']);

/** Pictures that no library has: coloured noise by a seed. */
export async function writeNoise(folder, seed, count = fresh) {
  fs.mkdirSync(folder, { recursive: true });
  let state = seed * 2654435761 + 1;
  const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
  for (let i = 0; i < count; i++) {
    const data = Buffer.from(Uint8Array.from({ length: 32 * 32 * 3 }, random));
    fs.writeFileSync(path.join(folder, `${seed}-${i}.png`), await sharp(data, { raw: { width: 32, height: 32, channels: 3 } }).png({ compressionLevel: 1 }).toBuffer());
  }
}

/** Waits for a job's end. @throws Error when it did not end well */
export async function settled(client, job) {
  const ended = await until(`Job ${job}`, async () => (await client.jobs.list()).find((one) => one.id === job && over.has(one.state)), 120_000);
  if (ended.state !== 'done') throw new Error(`${ended.title}: ${ended.state}${ended.error ? ` (${ended.error.message})` : ''}`);
  return ended;
}

const idOf = (list, name) => list.find((one) => one.name === name)?.id;
export const collectionId = async (client, name) => idOf(await client.collections.list(), name);
export const runByName = async (client, name) => (await client.runs.list()).find((one) => one.name === name);

async function importNoise({ client }, { folder, seed, name }) {
  const pictures = path.join(folder, name);
  if (!fs.existsSync(pictures)) await writeNoise(pictures, seed);
  return client.host.importPath({ path: pictures, collection: name });
}

/** Work that is a job, from a collection of new pictures on. */
const jobPhase = (start, check) => ({
  targets: ['engine', 'shell'],
  prepare: async (app, trial) => settled(app.client, (await importNoise(app, trial)).job),
  begin: async (app, trial) => start(app.client, trial),
  again: async (app, trial) => {
    await settled(app.client, (await start(app.client, trial)).job);
    return check(app.client, trial);
  },
});

async function expectImages(client, { name }) {
  const collection = (await client.collections.list()).find((one) => one.name === name);
  return collection?.images === fresh ? null : `"${name}" has ${collection?.images ?? 'no'} of ${fresh} images`;
}

async function startTraining({ client }, { name }) {
  return client.runs.start({ name, collection: await collectionId(client, sampleName), config: training });
}

/** The hash of the weights that a run ended with. */
export function weightsHash(library, run) {
  const file = path.join(library, 'runs', String(run), 'checkpoints', `step-${training.steps}`, 'weights.safetensors');
  return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
}

/** Goes on with a run, and looks whether it ends as the run that was never stopped. */
async function finishTraining({ client }, { name, library, bits }) {
  const { id } = await runByName(client, name);
  await client.runs.resume({ run: id });
  const ended = await until(`"${name}" ends`, async () => {
    const run = await client.runs.get({ run: id });
    return !['queued', 'preparing', 'training'].includes(run.state) && run;
  }, 120_000);
  if (ended.state !== 'finished') return `"${name}" ended ${ended.state}: ${ended.error?.message ?? ''}`;
  // Not every step is reported, but none twice, and the last always is.
  const seen = (await client.runs.curves({ run: id, points: 20_000 })).steps.map(({ step }) => step);
  if (seen.at(-1) !== training.steps || seen.some((step, i) => step <= (seen[i - 1] ?? 0))) return `"${name}" has the steps ${seen.join(' ')} in its curves`;
  return weightsHash(library, id) === bits ? null : `"${name}" ended with other weights than the run that was never stopped`;
}

const trainingPhase = (moment) => ({ targets: ['trainer', 'engine', 'shell'], training: true, prepare: async () => {}, begin: startTraining, moment, again: finishTraining });

/** Once the run has made a share of its steps: by steps and not by time, which depends on what else the machine does. */
async function whileTraining({ client }, { run }, fraction) {
  await until('The training is as far', async () => {
    const { state, step } = await client.runs.get({ run });
    return step >= fraction * (training.steps - 40) && !['queued', 'preparing'].includes(state);
  });
  await pause((fraction * 1000) % 90);
}

/** The moment when a checkpoint is being written, the first of the run up to the last but one. */
async function whileWriting(_app, { library, run }, fraction) {
  const folder = path.join(library, 'runs', String(run), 'checkpoints');
  const wanted = 1 + Math.floor(fraction * (training.steps / training.checkpointEvery - 2));
  const seen = new Set();
  for (const end = performance.now() + 60_000; seen.size < wanted; await new Promise(setImmediate)) {
    const part = fs.existsSync(folder) ? fs.readdirSync(folder).find((name) => name.endsWith('.part')) : undefined;
    if (part) seen.add(part);
    if (performance.now() > end) throw new Error(`Checkpoint ${wanted} of run ${run} was not seen being written.`);
  }
  const end = performance.now() + (fraction * 1000) % 6;
  while (performance.now() < end); // finer than a timer: a checkpoint is written within some milliseconds
}

/** Each phase's work; `moment` waits for the time to kill, which is otherwise a share of what the work took undisturbed. */
export const phases = {
  import: {
    ...jobPhase((client, trial) => importNoise({ client }, trial), expectImages),
    prepare: async (_app, { folder, seed, name }) => writeNoise(path.join(folder, name), seed),
  },
  features: jobPhase(async (client, { name }) => client.features.compute({ collection: await collectionId(client, name), views: true }), expectImages),
  preparing: {
    ...trainingPhase(),
    prepare: async (_app, { library }) => fs.rmSync(path.join(library, 'prepared'), { recursive: true, force: true }), // else it is read and not made
  },
  training: trainingPhase(whileTraining),
  checkpoint: trainingPhase(whileWriting),
  evaluation: {
    ...jobPhase(async (client) => client.runs.evaluate({ run: (await runByName(client, referenceName)).id, collection: await collectionId(client, sampleName) }), async () => null),
    targets: ['engine', 'student', 'shell'],
    prepare: async () => {},
  },
  encode: {
    ...jobPhase(async (client, { name }) => client.runs.encode({ run: (await runByName(client, referenceName)).id, collection: await collectionId(client, name) }), async (client, { name }) => ((await runByName(client, referenceName)).encoded.includes(name) ? null : `"${name}" is not described`)),
    targets: ['engine', 'student', 'shell'],
  },
};
