// A library with many long runs: their events are written as a training would have written them, all else is the product as it is.
import path from 'node:path';
import Database from 'better-sqlite3';

/** Numbers between 0 and 1 from a small generator, the same at each run. */
function uniform(seed) {
  let state = seed + 12345;
  return () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) + 0.5) / 4294967296;
}

const vocabularies = [16, 32, 64, 128, 256];
const quantizers = [['gumbel', 'GS'], ['vector', 'VQ'], ['sharpened', 'SS']];

/** A step event of a run whose loss falls from 6 to `floor`, with noise. */
function stepEvent(step, steps, { floor, vocabulary, random }) {
  const left = Math.exp((-5 * step) / steps);
  const noise = () => 0.04 * (random() - 0.5);
  const loss = floor + (6 - floor) * left + noise();
  const list = (of) => Array.from({ length: 8 }, (_, i) => of(i));
  return {
    type: 'step', step, epoch: step / 40, seconds: step * 0.031, loss,
    lossByPrefix: list((i) => loss + (8 - i) * 0.05 + noise()), teacherEntropy: 4.2 + left + noise(), kl: loss / 8 + noise(),
    usage: list((i) => Math.min(1, 0.7 + 0.25 * (1 - left) - i * 0.01 + noise())), perplexity: list((i) => vocabulary * (0.5 + 0.3 * (1 - left)) - i + 10 * noise()),
    quantizerTemperature: 1 - (0.6 * step) / steps, learningRate: 0.0005 * Math.cos((Math.PI * step) / steps / 2), gradientNorm: 1 + left + noise(), stepsPerSecond: 32 + noise(), etaSeconds: (steps - step) * 0.031,
  };
}

function evaluationEvent(step, steps, { floor, random }) {
  const full = 0.66 - floor / 30 - 0.2 * Math.exp((-5 * step) / steps) + 0.01 * (random() - 0.5);
  return { type: 'evaluation', step, knnTop1: { 1: full - 0.2, 2: full - 0.12, 4: full - 0.04, 8: full }, teacher: 0.72 };
}

/**
 * Adds finished runs of `steps` steps, each reported, to a library that no engine holds. They have the config of its first
 * run but for quantizer, vocabulary and seed, by which they differ.
 * @returns their ids
 */
export function addRuns(library, { runs, steps, evaluateEvery = 100 }) {
  const db = new Database(path.join(library, 'library.sqlite'));
  db.pragma('synchronous = OFF');
  const model = db.prepare('SELECT config, collection, collection_name, teacher FROM runs ORDER BY id LIMIT 1').get();
  const addRun = db.prepare(
    `INSERT INTO runs (name, variant, sweep, state, config, collection, collection_name, teacher, backend, step, checkpoint_step, embedded, knn_top1, created_at)
     VALUES (?, ?, ?, 'finished', ?, ?, ?, ?, 'TensorFlow', ?, NULL, 0, ?, ?)`,
  );
  const addEvent = db.prepare('INSERT INTO training_events (run, type, step, event) VALUES (?, ?, ?, ?)');
  const ids = [];
  const add = db.transaction((i) => {
    const vocabulary = vocabularies[i % vocabularies.length];
    const [quantizer, short] = quantizers[Math.floor(i / vocabularies.length) % quantizers.length];
    const seed = Math.floor(i / (vocabularies.length * quantizers.length));
    const of = { floor: 2.5 + (5 * seed + (i % 7)) / 20 + (quantizer === 'vector' ? 0.4 : 0), vocabulary, random: uniform(i) };
    const config = { ...JSON.parse(model.config), quantizer, vocabulary, seed, steps };
    const knn = evaluationEvent(steps, steps, of).knnTop1[8];
    const id = Number(addRun.run(`grid: ${short} ${vocabulary}, seed ${seed}`, `${short} ${vocabulary}`, 'grid', JSON.stringify(config), model.collection, model.collection_name, model.teacher, steps, knn, 1.7e12 + i * 60_000).lastInsertRowid);
    ids.push(id);
    for (let step = 1; step <= steps; step++) {
      addEvent.run(id, 'step', step, JSON.stringify(stepEvent(step, steps, of)));
      if (step % evaluateEvery === 0) addEvent.run(id, 'evaluation', step, JSON.stringify(evaluationEvent(step, steps, of)));
    }
  });
  for (let i = 0; i < runs; i++) add(i);
  db.close();
  return ids;
}
