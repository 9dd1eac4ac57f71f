import { backendNames } from '../contract/config';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { startPlanned } from './planned-backend';
import { studentShape } from '../model/shapes';
import { manyMultiplications, nearestInCells } from '../model/nearest-in-cells';
import { nearestAmong } from '../model/nearest-among';
import { nearestRows } from '../model/nearest-rows';
import { Student } from '../model/student';
import { newestCheckpoint } from './checkpoint';
import { huesOf } from './hues';
import { toStudent, type FromStudent, type ModelWritten, type ToStudent } from './messages';
import { writeModelFiles } from './model-files';
import { evaluate, fewShot, statistics } from './student-measurements';

/**
 * A trained student at work: a child of the engine, one for each run in use. It loads the run's newest whole checkpoint
 * and answers requests until its parent lets it go.
 */
const send = (message: FromStudent) => {
  if (process.connected) process.send?.(message);
};
const cancels = new Map<number, AbortController>();
let student: Student | null = null;
let loadedStep = 0;

async function start({ runDirectory, backend: plan, threads }: Extract<ToStudent, { type: 'start' }>): Promise<void> {
  const warnings: string[] = [];
  const checkpoint = await newestCheckpoint(runDirectory, { onRefused: ({ error }) => warnings.push(error.message) });
  if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `There is no checkpoint in ${runDirectory}.`, { subject: runDirectory, remedy: 'Let the training reach its first checkpoint.' });
  // A run may have been trained where there was a better backend than here.
  const { name, description, reason, note } = await startPlanned(plan, { threads: threads || undefined }).catch((error: unknown) => {
    warnings.push(toErrorDetail(error).message);
    return startPlanned({ candidates: [...backendNames], reason: 'The one that was asked for does not start.', note: null }, { threads: threads || undefined });
  });
  const { config, featureWidth, tokenWidth, step, teacher } = checkpoint.manifest;
  const loaded = Student.create(studentShape(config, featureWidth, tokenWidth ? { count: config.featureTokens, width: tokenWidth } : undefined), 0, { trainable: false });
  loaded.parameters.write(checkpoint.weights);
  await loaded.describe(new Float32Array(featureWidth), tokenWidth ? { tokens: new Float32Array(config.featureTokens * tokenWidth) } : {}); // the first use of a backend is its slowest
  student = loaded;
  loadedStep = step;
  const { length, vocabulary } = config;
  send({ type: 'ready', backend: { name, description, reason, note }, step, featureWidth, length, vocabulary, teacher, warnings });
}

async function answer(message: Exclude<ToStudent, { type: 'start' | 'cancel' }>, signal: AbortSignal): Promise<unknown> {
  const loaded = student;
  if (!loaded) throw new GlyphscopeError('RUN_NOT_TRAINED', 'The student has not started.');
  const onProgress: Progress = (progress) => send({ type: 'progress', id: message.id, progress });
  switch (message.type) {
    case 'describe':
      return loaded.describe(message.features, message);
    case 'interpret':
      return loaded.interpret(message.symbols, message.count, message.length);
    case 'read-mixtures':
      return loaded.readMixtures(message.mixtures);
    case 'hues': {
      const { vocabulary, featureWidth } = loaded.shape;
      return huesOf(await loaded.interpret(Uint16Array.from({ length: vocabulary }, (_, k) => k), vocabulary, 1), featureWidth);
    }
    case 'nearest': {
      const { rows, bank, width, k } = message;
      if (bank) return { recall: null, ...(await nearestRows({ bank, queries: rows, width, k, signal, onProgress })) };
      if (message.approximate && (rows.length / width) * rows.length >= manyMultiplications) return nearestInCells({ rows, width, k, signal, onProgress });
      return { recall: null, ...(await nearestAmong({ rows, width, k, signal, onProgress })) };
    }
    case 'evaluate':
      return evaluate({ student: loaded, signal, onProgress }, message.request);
    case 'few-shot':
      return fewShot({ student: loaded, signal, onProgress }, message.request);
    case 'statistics':
      return statistics({ student: loaded, signal, onProgress }, message.request);
    case 'write-model': {
      await writeModelFiles(message.folder, loaded.shape, await loaded.parameters.read(), message.facts);
      return { step: loadedStep, featureWidth: loaded.shape.featureWidth, tokenWidth: loaded.shape.tokenWidth } satisfies ModelWritten;
    }
  }
}

process.on('message', (raw: unknown) => {
  const parsed = toStudent.safeParse(raw);
  if (!parsed.success) {
    console.error(`The student was sent what it does not understand: ${parsed.error.message}`);
    if (!student) process.exit(1);
    return;
  }
  const message = parsed.data;
  if (message.type === 'start') start(message).catch((error: unknown) => send({ type: 'failed', error: toErrorDetail(error) }));
  else if (message.type === 'cancel') cancels.get(message.id)?.abort();
  else {
    const cancel = new AbortController();
    cancels.set(message.id, cancel);
    answer(message, cancel.signal)
      .then((value) => send({ type: 'answer', id: message.id, value }))
      .catch((error: unknown) => {
        const detail = toErrorDetail(error);
        if (detail.code === 'INTERNAL') console.error(error);
        send({ type: 'error', id: message.id, error: detail });
      })
      .finally(() => cancels.delete(message.id));
  }
});
process.on('disconnect', () => process.exit(0));
