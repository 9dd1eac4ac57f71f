import { backendNames } from '../contract/config';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { Progress } from '../contract/progress';
import { startPlanned } from './planned-backend';
import { studentShape } from '../model/shapes';
import { Student } from '../model/student';
import { FeatureStore } from '../teacher/feature-store';
import { newestCheckpoint } from './checkpoint';
import { huesOf } from './hues';
import { toStudent, type EvaluationRequest, type FromStudent, type ToStudent } from './messages';

/**
 * A trained student at work: a child of the engine, one for each run in use. It loads the run's newest whole checkpoint
 * and answers requests until its parent lets it go.
 */
const send = (message: FromStudent) => {
  if (process.connected) process.send?.(message);
};
const cancels = new Map<number, AbortController>();
let student: Student | null = null;

async function start({ runDirectory, backend: plan, threads }: Extract<ToStudent, { type: 'start' }>): Promise<void> {
  const warnings: string[] = [];
  const checkpoint = await newestCheckpoint(runDirectory, { onRefused: ({ error }) => warnings.push(error.message) });
  if (!checkpoint) throw new GlyphscopeError('RUN_NOT_TRAINED', `There is no checkpoint in ${runDirectory}.`, { subject: runDirectory, remedy: 'Let the training reach its first checkpoint.' });
  // A run may have been trained where there was a better backend than here.
  const { name, description, reason, note } = await startPlanned(plan, { threads: threads || undefined }).catch((error: unknown) => {
    warnings.push(toErrorDetail(error).message);
    return startPlanned({ candidates: [...backendNames], reason: 'The one that was asked for does not start.', note: null }, { threads: threads || undefined });
  });
  const { config, featureWidth, step, teacher } = checkpoint.manifest;
  const loaded = Student.create(studentShape(config, featureWidth), 0, { trainable: false });
  loaded.parameters.write(checkpoint.weights);
  await loaded.describe(new Float32Array(featureWidth)); // the first use of a backend is its slowest
  student = loaded;
  const { length, vocabulary } = config;
  send({ type: 'ready', backend: { name, description, reason, note }, step, featureWidth, length, vocabulary, teacher, warnings });
}

async function answer(message: Exclude<ToStudent, { type: 'start' | 'cancel' }>, signal: AbortSignal): Promise<unknown> {
  const loaded = student;
  if (!loaded) throw new GlyphscopeError('RUN_NOT_TRAINED', 'The student has not started.');
  switch (message.type) {
    case 'describe':
      return loaded.describe(message.features, message);
    case 'interpret':
      return loaded.interpret(message.symbols, message.count, message.length);
    case 'hues': {
      const { vocabulary, featureWidth } = loaded.shape;
      return huesOf(await loaded.interpret(Uint16Array.from({ length: vocabulary }, (_, k) => k), vocabulary, 1), featureWidth);
    }
    case 'evaluate':
      return evaluate(loaded, message.request, signal, (progress) => send({ type: 'progress', id: message.id, progress }));
  }
}

const describedAtOnce = 2048;

/** Describes the images from their stored features, then measures. */
async function evaluate(loaded: Student, o: EvaluationRequest, signal: AbortSignal, onProgress: Progress): Promise<EvaluationParts> {
  const { length, featureWidth } = loaded.shape;
  const store = FeatureStore.open(o.clean.directory, o.clean.spec);
  try {
    const total = o.trainSlots.length + o.testSlots.length;
    let done = 0;
    const symbolsOf = async (slots: Int32Array) => {
      const symbols = new Uint16Array(slots.length * length);
      for (let from = 0; from < slots.length; from += describedAtOnce) {
        signal.throwIfAborted();
        onProgress({ phase: 'describing', done, total, unit: 'images' });
        const part = slots.subarray(from, from + describedAtOnce);
        symbols.set((await loaded.describe(store.gather(part))).symbols, from * length);
        done += part.length;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
      return symbols;
    };
    return await evaluateFeatures({
      trainLabels: o.trainLabels,
      testLabels: o.testLabels,
      classes: o.classes,
      trainSymbols: await symbolsOf(o.trainSlots),
      testSymbols: await symbolsOf(o.testSlots),
      length,
      width: featureWidth,
      interpret: (symbols, count, prefix) => loaded.interpret(symbols, count, prefix),
      teacher: async () => ({ train: await loaded.centred(store.gather(o.trainSlots)), test: await loaded.centred(store.gather(o.testSlots)) }),
      features: 'features of the clean image, of unit length and centred on the mean of the images trained on',
      split: o.split,
      product: backendProduct,
      signal,
      onProgress,
    });
  } finally {
    store.close();
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
