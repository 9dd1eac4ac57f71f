import { appendFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { toErrorDetail } from '../contract/errors';
import type { TrainingEvent } from '../contract/runs';
import { gpuFailure, usesGpu } from '../model/backend-failures';
import { hasBfloat16 } from '../model/bfloat16';
import { FeatureStore } from '../teacher/feature-store';
import { toTrainer, type FeatureFile, type FromTrainer, type TrainerStart } from './messages';
import { startPlanned } from './planned-backend';
import { train, TrainingControl } from './train';

/**
 * The trainer: a child of the engine, one for each running training. It is told what to do by messages, sends every
 * event, and writes the run's folder: checkpoints and log.jsonl. When its parent dies it makes a last checkpoint and
 * ends.
 */
const control = new TrainingControl();
let started = false;
let abandoned = false;

const send = (message: FromTrainer) => {
  if (process.connected) process.send?.(message);
};

async function run(o: TrainerStart): Promise<void> {
  let step = 0;
  await mkdir(o.runDirectory, { recursive: true });
  const tell = (event: TrainingEvent) => {
    if (event.type !== 'backend') step = event.step;
    if (abandoned) return;
    log(join(o.runDirectory, 'log.jsonl'), event);
    send({ type: 'event', event });
  };
  let onGpu = false;
  /** The first failure is what is told: a GPU that is lost makes everything after it fail too. */
  const fail = (error: unknown) => {
    if (process.exitCode !== undefined) return;
    const detail = toErrorDetail((onGpu && gpuFailure(error)) || error);
    if (detail.code === 'INTERNAL') console.error(error);
    tell({ type: 'state', state: 'failed', step, error: detail });
    leave(1);
  };
  try {
    const { name, description, reason, note, failure } = await startPlanned(o.backend, { threads: o.config.threads || undefined });
    onGpu = usesGpu(name);
    void failure?.then(fail);
    tell({ type: 'backend', name, description });
    const { batch, microBatch, precision } = o.config;
    const inParts = microBatch > 0 && microBatch < batch ? `, ${microBatch} of a batch's ${batch} images at a time` : '';
    const rounded = precision === 'bfloat16' && `It multiplies matrices in ${hasBfloat16() ? 'bfloat16' : 'float32: it has no fast bfloat16'}.`;
    tell({ type: 'message', step: 0, level: 'info', text: [`Computes with ${description}${inParts}.`, rounded, reason, note].filter(Boolean).join(' ') });
    const open = (file: FeatureFile) => FeatureStore.open(file.directory, file.spec);
    const { config, teacher, tokens, trainSlots, heldOut, runDirectory, preparedDirectory, from, resume } = o;
    const events = train({
      config,
      teacher,
      trainSlots,
      heldOut,
      runDirectory,
      prepared: { directory: preparedDirectory, backend: description },
      from,
      resume,
      control,
      views: open(o.views),
      clean: open(o.clean),
      ...(tokens && { tokens: { ...tokens, views: open(tokens.views), clean: open(tokens.clean) } }),
      onProgress: (progress) => send({ type: 'progress', progress }),
    });
    for await (const event of events) tell(event);
    leave(0);
  } catch (error) {
    fail(error);
  }
}

/** Keeps the training going when the disk is full: the log is for people, the events go to the engine in any case. */
let logFull = false;
function log(file: string, event: TrainingEvent): void {
  try {
    appendFileSync(file, `${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
    logFull = false;
  } catch (error) {
    if (!logFull) console.error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    logFull = true;
  }
}

/** Ends once everything sent has left. */
function leave(code: number): void {
  process.exitCode = code;
  if (process.connected) process.disconnect();
  setTimeout(() => process.exit(code), 100);
}

process.on('message', (raw: unknown) => {
  const message = toTrainer.safeParse(raw);
  if (!message.success) {
    console.error(`The trainer was sent what it does not understand: ${message.error.message}`);
    if (!started) process.exit(1);
    return;
  }
  if (message.data.type === 'start') {
    if (started) return;
    started = true;
    void run(message.data);
  } else control.ask(message.data.type === 'resume' ? 'run' : message.data.type);
});

process.on('disconnect', () => {
  if (process.exitCode !== undefined) return; // leaving already
  abandoned = true;
  control.ask('stop');
  // A step that hangs must not leave an orphan.
  setTimeout(() => process.exit(1), started ? 30_000 : 0).unref();
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => control.ask('stop'));
