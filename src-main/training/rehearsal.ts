import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingEvent } from '../contract/runs';
import type { Progress, ProgressState } from '../contract/progress';
import { studentShape } from '../model/shapes';
import { madeUpFeatures } from './made-up-features';
import type { RehearsalMeasures, RehearsalStart } from './messages';
import { train, TrainingControl } from './train';

/** Steps of a rehearsal between two evaluations; it sees at least one after the first. */
const evaluateEvery = 4;
/** Steps of each network that is fitted before the first symbol; the first two record and warm up. */
const fittedSteps = 10;
const warmedUp = 2;
/** Seconds that steps and evaluations are watched for, as long as `leastSteps` were seen; at most `patience`. */
const watched = 4;
const leastSteps = 8;
const patience = 60;
/** So many that no rehearsal comes to the end. */
const steps = 20_000;

type Seconds = () => number;

/**
 * Trains for some seconds exactly as a run of this configuration would (train.ts), on made-up features, and times its parts:
 * the preparation, steps, evaluations and the checkpoint that it ends with. The networks of the preparation are fitted for
 * a few steps alone.
 * @param now seconds since the process began, so that what loading takes counts as well
 * @throws as train
 */
export async function rehearse(o: Omit<RehearsalStart, 'type' | 'backend'>, onProgress: Progress, now: Seconds = () => performance.now() / 1000): Promise<Omit<RehearsalMeasures, 'backend'>> {
  const { config, images, heldOut } = o;
  const control = new TrainingControl();
  const preparation = new PreparationWatch(now);
  const watch = new StepWatch(now);
  const source = (width: number) => ({ clean: madeUpFeatures({ width, records: 1 }), views: madeUpFeatures({ width, records: o.storedViews }) });
  let checkpoint: { seconds: number; bytes: number } | null = null;
  const events = train({
    config: {
      ...config,
      steps,
      mapSteps: Math.min(config.mapSteps, fittedSteps),
      readoutSteps: Math.min(config.readoutSteps, fittedSteps),
      evaluateEvery: heldOut ? evaluateEvery : 0,
      checkpointEvery: steps,
      onCollapse: 'warn',
    },
    teacher: o.teacher,
    ...source(o.featureWidth),
    ...(o.tokens && { tokens: { ...source(o.tokens.count * o.tokens.width), shape: o.tokens } }),
    trainSlots: Int32Array.from({ length: images }, (_, i) => i),
    heldOut: heldOut && madeUpLabels(images, heldOut),
    runDirectory: o.directory,
    prepared: { directory: join(o.directory, 'prepared'), backend: '' },
    from: o.from,
    resume: false,
    control,
    onProgress: (at) => {
      preparation.see(at);
      onProgress({ phase: 'preparing', done: 0, total: null, unit: '' });
    },
  });
  for await (const event of events) {
    if (event.type === 'checkpoint') checkpoint = { seconds: now() - watch.lastAt, bytes: await folderBytes(event.file) };
    watch.see(event);
    if (event.type === 'step') onProgress({ phase: 'timing steps', done: event.step, total: null, unit: 'steps' });
    if (watch.enough(heldOut !== null)) control.ask('stop');
  }
  if (!checkpoint || watch.readyAt === null) throw new Error('the rehearsal ended without a checkpoint');
  const prepared = preparation.measures(watch.readyAt, studentShape(config, o.featureWidth).mapHidden > 0);
  return {
    images,
    seconds: now(),
    startSeconds: watch.readyAt - (prepared?.seconds ?? 0) + watch.recordingSeconds,
    preparation: prepared && { ...prepared, bytes: await folderBytes(join(o.directory, 'prepared')) },
    intervals: watch.intervals,
    evaluations: heldOut && { first: watch.firstEvaluation ?? 0, later: watch.evaluations },
    checkpoint,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

/** Times the parts of the preparation by what it tells of its progress. */
class PreparationWatch {
  readonly #marks: (ProgressState & { at: number })[] = [];

  constructor(readonly now: Seconds) {}

  see(state: ProgressState): void {
    this.#marks.push({ ...state, at: this.now() });
  }

  /** @param mapped whether the first network that is fitted is that of the map; null when nothing was prepared */
  measures(until: number, mapped: boolean): Omit<NonNullable<RehearsalMeasures['preparation']>, 'bytes'> | null {
    if (this.#marks.length === 0) return null;
    const seconds = until - this.#marks[0].at;
    const fits = this.#stretches().filter(([first]) => first.unit === 'steps').map((marks) => {
      const each = marks.slice(1).map(({ at }, i) => at - marks[i].at);
      const steady = each.slice(warmedUp);
      return { all: each.reduce((a, b) => a + b, 0), count: each.length, step: mean(steady.length > 0 ? steady : each) };
    });
    const [map, readout] = mapped ? fits : [undefined, fits[0]];
    // What recording a network takes stays; its steps are counted by their number.
    const fitted = fits.reduce((sum, { step, count }) => sum + step * count, 0);
    return { seconds, fixedSeconds: Math.max(0, seconds - fitted), mapStepSeconds: map?.step ?? null, readoutStepSeconds: readout?.step ?? null };
  }

  /** Marks that follow each other with the same unit and rising counts. */
  #stretches(): (ProgressState & { at: number })[][] {
    const found: (ProgressState & { at: number })[][] = [];
    for (const mark of this.#marks) {
      const current = found.at(-1);
      const before = current?.at(-1);
      if (current && before && before.unit === mark.unit && before.total === mark.total && before.done <= mark.done) current.push(mark);
      else found.push([mark]);
    }
    return found;
  }
}

/** Times steps and evaluations by the events of a training. */
class StepWatch {
  readonly intervals: { steps: number; seconds: number }[] = [];
  readonly evaluations: number[] = [];
  readyAt: number | null = null;
  firstEvaluation: number | null = null;
  #first = 0;
  #last: { step: number; seconds: number; at: number } | null = null;
  #evaluated = false;

  constructor(readonly now: Seconds) {}

  /** What the first step took more than those that followed. */
  get recordingSeconds(): number {
    const [next] = this.intervals;
    return next ? Math.max(0, this.#first - next.seconds / next.steps) : 0;
  }

  /** When the last step was told. */
  get lastAt(): number {
    return this.#last?.at ?? this.readyAt ?? 0;
  }

  see(event: TrainingEvent): void {
    const at = this.now();
    if (event.type === 'state' && event.state === 'training') this.readyAt ??= at;
    if (event.type === 'evaluation') {
      if (event.step === 0) this.firstEvaluation = at - this.readyAt!;
      else this.#evaluated = true;
    }
    if (event.type !== 'step') return;
    if (this.#last) {
      const seconds = event.seconds - this.#last.seconds; // without evaluations
      this.intervals.push({ steps: event.step - this.#last.step, seconds });
      if (this.#evaluated) this.evaluations.push(Math.max(0, at - this.#last.at - seconds));
    } else this.#first = event.seconds;
    this.#evaluated = false;
    this.#last = { step: event.step, seconds: event.seconds, at };
  }

  /** Whether enough was seen. */
  enough(evaluates: boolean): boolean {
    if (this.readyAt === null || !this.#last) return false;
    const since = this.now() - this.readyAt;
    const seen = this.#last.step > leastSteps && (!evaluates || this.evaluations.length > 0);
    return (seen && since >= watched) || (this.intervals.length > 0 && since >= patience);
  }
}

function madeUpLabels(images: number, { bank, queries, classes }: NonNullable<RehearsalStart['heldOut']>) {
  const slots = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
  const [bankSlots, querySlots] = [slots(images, bank), slots(images + bank, queries)];
  const labels = (of: Int32Array) => of.map((slot) => slot % classes);
  return { bankSlots, querySlots, bankLabels: labels(bankSlots), queryLabels: labels(querySlots) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);

async function folderBytes(directory: string): Promise<number> {
  const names = await readdir(directory).catch(() => []);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
