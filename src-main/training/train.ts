import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError, type ErrorDetail } from '../contract/errors';
import type { TrainingEvent } from '../contract/runs';
import type { ProgressState } from '../contract/progress';
import { breathe } from '../evaluation/breathe';
import { studentShape } from '../model/shapes';
import { Student } from '../model/student';
import { Batches, byViewFirst, stampOf, type FeatureSource, type TokenSources } from './batches';
import { forgetCheckpoints, writeCheckpoint } from './checkpoint';
import { collapsed, CollapseWatch, probedImages, probeEvery } from './collapse';
import { startFromWeights } from './fine-tune';
import { HeldOut, type HeldOutImages } from './held-out';
import { prepareStudent } from './prepare';
import { probeStudent } from './probe';
import { resumeTraining } from './resume';
import { SnapshotImages } from './snapshot-images';
import { memoryInUse, requireFinite, StatisticsWindow } from './statistics';
import { beginTraining, endTraining, trainingStep } from './step';
import { StepUnderWay } from './step-under-way';

export interface TrainOptions {
  config: TrainingConfig;
  /** Id of the teacher whose features these are. */
  teacher: string;
  views: FeatureSource;
  clean: FeatureSource;
  /** For a config with featureTokens, as many. */
  tokens?: TokenSources;
  trainSlots: Int32Array;
  heldOut: HeldOutImages | null;
  runDirectory: string;
  /** A folder for what other runs can begin with as well, and what computes; without it every run prepares all anew. */
  prepared?: { directory: string; backend: string };
  /** Folder with a checkpoint whose weights a run that begins anew has; without it they are new. */
  from?: string | null;
  /** Go on from the newest checkpoint; false begins anew. */
  resume: boolean;
  control: TrainingControl;
  onProgress?: (state: ProgressState) => void;
}

/** What a training is asked from outside, seen between two steps. */
export class TrainingControl {
  #wanted: 'run' | 'pause' | 'stop' = 'run';
  #wake: () => void = () => undefined;

  wants(what: 'run' | 'pause' | 'stop'): boolean {
    return this.#wanted === what;
  }

  ask(wanted: 'run' | 'pause' | 'stop'): void {
    if (this.#wanted === 'stop') return; // the last word
    this.#wanted = wanted;
    this.#wake();
  }

  /** Resolves when something else than `pause` is wanted. */
  async untilNotPaused(): Promise<void> {
    while (this.#wanted === 'pause') await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

/** Steps are reported at most this often; a slower step always. */
const reportEveryMs = 100;

/**
 * The training recipe. Yields every event; knows no database and no window, and writes checkpoints alone.
 * Ends after the state `finished` or `stopped`; the latter has an error when an alarm stopped it.
 * @throws COLLECTION_TOO_SMALL, FEATURES_MISSING, LOSS_NOT_FINITE, CHECKPOINT_DAMAGED, INVALID_INPUT
 */
export async function* train(o: TrainOptions): AsyncGenerator<TrainingEvent, void, void> {
  const { config } = o;
  const width = o.clean.spec.width;
  if (o.views.spec.records < config.views)
    throw new GlyphscopeError('FEATURES_MISSING', `views = ${config.views}, but only ${o.views.spec.records} views of each image were computed.`, { subject: 'views', remedy: 'Compute the features again, or lower views.' });

  if (config.featureTokens !== (o.tokens?.shape.count ?? 0))
    throw new GlyphscopeError('FEATURES_MISSING', `featureTokens = ${config.featureTokens}, but ${o.tokens?.shape.count ?? 0} tokens of each image were given.`, { subject: 'featureTokens', remedy: 'Compute the features again, with as many tokens.' });

  // ---- data
  const batches = new Batches(o.trainSlots, config);
  const stamp = stampOf(o.trainSlots);

  // ---- student, from the newest checkpoint or from residual k-means
  yield { type: 'state', state: 'preparing', step: 0, error: null };
  const student = Student.create(studentShape(config, width, o.tokens?.shape), config.seed, { trainable: true, imitates: config.imitationSteps > 0 });
  const training = beginTraining(config, student);
  const { optimizer, schedule } = training;
  try {
    let step = 0;
    let seconds = 0;
    if (!o.resume) await forgetCheckpoints(o.runDirectory);
    const resumed = o.resume ? yield* resumeTraining({ ...o, images: stamp, student, optimizer }) : null;
    if (resumed) {
      ({ step, seconds } = resumed);
    } else if (o.from) {
      await startFromWeights(student, { ...o, from: o.from });
    } else {
      const kept = o.prepared && { ...o.prepared, config, teacher: o.teacher, images: stamp, width, views: o.views.spec.records };
      const note = await prepareStudent({ student, kept, config, clean: o.clean, views: o.views, tokens: o.tokens, slots: o.trainSlots, onProgress: o.onProgress });
      if (note) yield { type: 'message', step: 0, ...note };
    }

    // ---- measurements
    const statistics = new StatisticsWindow(config.length, config.vocabulary);
    const watch = new CollapseWatch(config, resumed?.alarms);
    let collapse: ErrorDetail | null = null;
    const heldOut = o.heldOut && config.evaluateEvery > 0 ? new HeldOut(o.clean, o.heldOut, o.tokens?.clean) : null;
    const [shown, shownLabels] = o.heldOut ? [o.heldOut.querySlots, o.heldOut.queryLabels] : [o.trainSlots, null];
    const snapshots = config.evaluateEvery > 0 ? new SnapshotImages(o.clean, shown, shownLabels, o.tokens?.clean) : null;
    const rate = new Rate();
    let saved = resumed ? step : -1;
    /** Writes a checkpoint; a full disk pauses the run instead, and gives false. */
    async function* save(): AsyncGenerator<TrainingEvent, boolean, void> {
      if (saved === step) return true;
      try {
        const content = { config, featureWidth: width, tokenWidth: student.shape.tokenWidth, teacher: o.teacher, step, weights: await student.parameters.read(), optimizer: await optimizer.read(), state: { step, seconds, images: stamp, alarms: watch.standing } };
        const file = await writeCheckpoint(o.runDirectory, content);
        saved = step;
        yield { type: 'checkpoint', step, file };
        return true;
      } catch (error) {
        if (!(error instanceof GlyphscopeError) || error.code !== 'DISK_FULL') throw error;
        o.control.ask('pause');
        yield { type: 'state', state: 'paused', step, error: error.detail };
        return false;
      }
    }

    async function* measure(): AsyncGenerator<TrainingEvent, void, void> {
      const measured = await heldOut?.measure(student, step);
      if (measured) yield measured.event;
      if (snapshots) yield await snapshots.take(student, step, measured?.embeddings);
    }

    /** Waits while a pause is wanted, and says when it goes on. */
    async function* wait(): AsyncGenerator<TrainingEvent, void, void> {
      await o.control.untilNotPaused();
      rate.restart();
      if (o.control.wants('run')) yield { type: 'state', state: 'training', step, error: null };
    }

    yield { type: 'state', state: 'training', step, error: null };
    if (step === 0) yield* measure();

    // ---- steps
    let lastReport = -Infinity;
    let mark = performance.now(); // training time counts from here
    /** Begins a step: a GPU goes on with it while this process does something else. */
    function begin(): StepUnderWay {
      const slots = batches.at(step);
      const features = byViewFirst(o.views.gather(slots), config.batch, config.views, o.views.spec.records, width);
      const tokens = o.tokens && byViewFirst(o.tokens.views.gather(slots), config.batch, config.views, o.tokens.views.spec.records, o.tokens.views.spec.width);
      const measures = trainingStep(training, step, features, tokens);
      step++;
      const reported = step === config.steps || performance.now() - lastReport >= reportEveryMs;
      if (reported) lastReport = performance.now();
      return new StepUnderWay({ step, features, tokens, reported, probed: step % probeEvery === 0 }, measures);
    }

    /** Waits for what a step measured, and tells it. */
    async function* finish({ begun: { step, features, tokens, reported, probed }, numbers }: StepUnderWay): AsyncGenerator<TrainingEvent, void, void> {
      const { gradientNorm, all } = await numbers;
      seconds += (performance.now() - mark) / 1000;
      mark = performance.now();
      rate.add(mark);
      try {
        requireFinite(step, gradientNorm);
      } catch (error) {
        yield watch.notFinite(step);
        throw error;
      }
      if (!all) return;
      const measured = statistics.add(all);
      const probedOf = (values: Float32Array) => values.subarray(0, (values.length / (config.batch * config.views)) * Math.min(config.batch, probedImages)); // of the first view
      const alarms = probed ? watch.look(step, { probe: await probeStudent(student, config, probedOf(features), schedule.teacherTemperature[step - 1], tokens && probedOf(tokens)), ...measured }) : [];
      const stepsPerSecond = rate.perSecond();
      if (reported || alarms.length > 0)
        yield {
          type: 'step', step, epoch: step / batches.perEpoch, seconds, ...measured,
          quantizerTemperature: schedule.quantizerTemperature[step - 1], learningRate: schedule.learningRate[step - 1],
          stepsPerSecond, etaSeconds: stepsPerSecond > 0 ? (config.steps - step) / stepsPerSecond : 0, ...memoryInUse(),
        };
      for (const alarm of alarms) {
        yield alarm;
        if (!alarm.raised || config.onCollapse !== 'stop') continue;
        collapse ??= collapsed(alarm).detail;
        o.control.ask('stop');
      }
    }

    let before: StepUnderWay | null = null;
    while (step < config.steps && !o.control.wants('stop')) {
      const current = begin();
      if (before) yield* finish(before);
      await breathe(); // messages come in: they ask for a pause or an end
      const last = step === config.steps;
      const evaluated = config.evaluateEvery > 0 && (last || step % config.evaluateEvery === 0);
      const kept = last || step % config.checkpointEvery === 0;
      // Before anything looks at the weights, the step is told; else the next one begins while its measures are on their way.
      before = current.arrived || current.begun.probed || evaluated || kept || !o.control.wants('run') ? null : current;
      if (before) continue;
      yield* finish(current);
      if (evaluated) yield* measure();
      if (kept)
        while (!(yield* save())) {
          yield* wait(); // for room on the disk
          if (o.control.wants('stop')) break;
        }
      if (o.control.wants('pause')) {
        if (yield* save()) yield { type: 'state', state: 'paused', step, error: null };
        yield* wait();
      }
      mark = performance.now();
    }
    if (step < config.steps) yield* save();
    yield step < config.steps ? { type: 'state', state: 'stopped', step, error: collapse } : { type: 'state', state: 'finished', step, error: null };
  } finally {
    endTraining(training);
    student.dispose();
  }
}

/** Steps a second over the last twenty. */
class Rate {
  #times: number[] = [];

  add(time: number): void {
    this.#times.push(time);
    if (this.#times.length > 21) this.#times.shift();
  }

  /** Forgets the times before a pause. */
  restart(): void {
    this.#times = [];
  }

  perSecond(): number {
    const span = this.#times[this.#times.length - 1] - this.#times[0];
    return span > 0 ? ((this.#times.length - 1) * 1000) / span : 0;
  }
}
