import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { collapseCause, type AlarmEvent, type CollapseCause } from '../contract/runs';
import { describeCollapse, remediesFor } from './collapse-words';
import type { Probe } from './probe';
import { median, SignsWindow, type Signs } from './signs';

/** Steps from one probe to the next. With a window of eight probes an alarm comes within 100 steps of a collapse. */
export const probeEvery = 10;
/** Images that a probe looks at, at most. */
export const probedImages = 64;

/** What has been wrong from the first probe on is told after so many steps, or after the warm-up: it may still learn. */
const patience = 150;

/** Limits, each far from what `small` showed on all of CIFAR-10, at both learning rates of docs/method.md (in brackets). */
const limits = {
  recovered: 1.25, // times the least perplexity: else an alarm at the limit would come and go
  descriptions: 1.5, // (512 of 512 images)
  repeated: 0.95, // (0.01)
  embeddingSpread: 0.02, // (0.94 or more)
  teacherInformation: 0.1, // nats (0.65 or more)
  nearUniform: 0.9, // of ln P
  centreOffset: 1, // nats; with less, outputs without a centre would be as flat
  studentShare: 0.05, // of the teacher's information (0.39 or more)
  gradientGrowth: 100, // times the usual (4 or less)
  lossGrowth: 10,
};

/** One thing that is wrong. */
export interface Finding {
  cause: CollapseCause;
  /** From 1; none when it concerns the whole student. */
  positions: number[];
}

/** What was usual before, for what is told from a change. */
export interface Usual {
  loss: number;
  gradientNorm: number;
}

/** The least perplexity of a position that has not collapsed. */
export function leastPerplexity(signs: Pick<Signs, 'mostSymbols'>, collapseShare: number): number {
  return 1 + collapseShare * (signs.mostSymbols - 1);
}

/**
 * What is wrong by the figures of one window, roots before what follows from them: without differing symbols embedding
 * and output cannot differ, so only the symbols are told.
 * @param standing positions that have collapsed already: they must be clearly better to be right again
 */
export function findCollapse(signs: Signs, usual: Usual | null, collapseShare: number, standing: readonly number[] = []): Finding[] {
  const whole = (cause: CollapseCause): Finding => ({ cause, positions: [] });
  const found: Finding[] = [];
  const { projection } = signs;
  const least = leastPerplexity(signs, collapseShare);
  const few = signs.perplexity.flatMap((value, j) => (value < least * (standing.includes(j + 1) ? limits.recovered : 1) ? [j + 1] : []));
  const one = signs.descriptions !== null && signs.descriptions < limits.descriptions;
  if (one) found.push(whole('one-description'));
  else {
    if (few.length > 0) found.push({ cause: 'few-symbols', positions: few });
    if (signs.repeated !== null && signs.repeated > limits.repeated) found.push(whole('positions-alike'));
  }
  const constant = one || (signs.embeddingSpread !== null && signs.embeddingSpread < limits.embeddingSpread);
  if (constant && !one) found.push(whole('constant-embedding'));
  if (projection) {
    const { teacherInformation, teacherEntropy, studentInformation, centreOffset } = projection;
    if (teacherInformation < limits.teacherInformation)
      found.push(whole(teacherEntropy > limits.nearUniform ? 'uniform-teacher' : centreOffset > limits.centreOffset ? 'centre-off' : 'constant-teacher'));
    else if (!constant && studentInformation < limits.studentShare * teacherInformation) found.push(whole('constant-output'));
  }
  if (usual && (signs.gradientNorm > limits.gradientGrowth * usual.gradientNorm || signs.loss > limits.lossGrowth * usual.loss)) found.push(whole('diverging'));
  return found;
}

/** Probes without a finding after which it is over. */
const clearedAfter = 8;

/** Watches one training and raises an alarm for each cause, once until it is over. */
export class CollapseWatch {
  readonly #config: TrainingConfig;
  readonly #window: SignsWindow;
  readonly #standing = new Map<CollapseCause, { positions: number[]; missed: number }>();
  /** Causes, and for symbols positions, that were once not wrong. */
  readonly #healthy = new Set<string>();
  readonly #losses: number[] = [];
  readonly #gradients: number[] = [];
  #best: number[] = [];

  /** @param standing alarms that stood at the checkpoint that the training goes on from */
  constructor(config: TrainingConfig, standing: readonly Finding[] = []) {
    this.#config = config;
    this.#window = new SignsWindow(config);
    for (const { cause, positions } of standing) this.#standing.set(cause, { positions, missed: 0 });
  }

  /** Alarms that are not over. */
  get standing(): Finding[] {
    return [...this.#standing].map(([cause, { positions }]) => ({ cause, positions }));
  }

  /** What a probe after `step` updates tells: alarms raised or over. */
  look(step: number, seen: { probe: Probe; loss: number; gradientNorm: number }): AlarmEvent[] {
    const signs = this.#window.add(step, seen);
    return signs ? this.judge(signs) : [];
  }

  /** The same from the figures of a full window. */
  judge(signs: Signs): AlarmEvent[] {
    const usual = this.#losses.length > 0 ? { loss: median(this.#losses), gradientNorm: median(this.#gradients) } : null;
    const found = findCollapse(signs, usual, this.#config.collapseShare, this.#standing.get('few-symbols')?.positions);
    this.#losses.push(signs.loss);
    this.#gradients.push(signs.gradientNorm);
    const events = found.flatMap((finding) => this.#toTell(finding, signs.step)).flatMap((finding) => {
      const known = this.#standing.get(finding.cause);
      this.#standing.set(finding.cause, { positions: [...new Set([...(known?.positions ?? []), ...finding.positions])].sort((a, b) => a - b), missed: 0 });
      return known && finding.positions.every((position) => known.positions.includes(position)) ? [] : [this.#alarm(finding, signs, usual)];
    });
    events.push(...this.#over(found, signs.step));
    this.#remember(found, signs);
    return events;
  }

  /** The alarm of a step whose loss or gradient is not a number. */
  notFinite(step: number): AlarmEvent {
    return { type: 'alarm', step, cause: 'not-finite', raised: true, positions: [], text: `The loss or its gradient was not a finite number at step ${step}.`, remedies: remediesFor('not-finite', this.#config) };
  }

  /** Leaves out what was never right and may still become so. */
  #toTell(finding: Finding, step: number): Finding[] {
    if (step >= Math.max(patience, this.#config.warmup)) return [finding];
    if (finding.positions.length === 0) return this.#healthy.has(finding.cause) ? [finding] : [];
    const positions = finding.positions.filter((position) => this.#healthy.has(`${finding.cause} ${position}`));
    return positions.length > 0 ? [{ ...finding, positions }] : [];
  }

  #alarm(finding: Finding, signs: Signs, usual: Usual | null): AlarmEvent {
    const text = describeCollapse(finding, signs, { usual, best: this.#best, least: leastPerplexity(signs, this.#config.collapseShare), vocabulary: this.#config.vocabulary });
    return { type: 'alarm', step: signs.step, ...finding, raised: true, text, remedies: remediesFor(finding.cause, this.#config) };
  }

  #over(found: readonly Finding[], step: number): AlarmEvent[] {
    const events: AlarmEvent[] = [];
    for (const [cause, standing] of this.#standing) {
      if (found.some((finding) => finding.cause === cause || hides[finding.cause]?.includes(cause))) continue;
      standing.missed++;
      if (standing.missed < clearedAfter) continue;
      this.#standing.delete(cause);
      events.push({ type: 'alarm', step, cause, raised: false, positions: standing.positions, text: `Over: not seen any more for ${clearedAfter * probeEvery} steps.`, remedies: [] });
    }
    return events;
  }

  #remember(found: readonly Finding[], signs: Signs): void {
    this.#best = signs.perplexity.map((value, j) => Math.max(value, this.#best[j] ?? 0));
    const least = leastPerplexity(signs, this.#config.collapseShare);
    signs.perplexity.forEach((value, j) => value >= least && this.#healthy.add(`few-symbols ${j + 1}`));
    for (const cause of wholeCauses) if (!found.some((finding) => finding.cause === cause)) this.#healthy.add(cause);
  }
}

const wholeCauses = collapseCause.exclude(['few-symbols', 'not-finite']).options;

/** Under a cause those are not looked for that follow from it. */
const hides: Partial<Record<CollapseCause, readonly CollapseCause[]>> = {
  'one-description': ['few-symbols', 'positions-alike', 'constant-embedding', 'constant-output'],
  'constant-embedding': ['constant-output'],
  'uniform-teacher': ['constant-output'],
  'constant-teacher': ['constant-output'],
  'centre-off': ['constant-output'],
};

/** Why a training that was asked to stop at an alarm has stopped. */
export function collapsed(alarm: AlarmEvent): GlyphscopeError {
  return new GlyphscopeError('COLLAPSED', `Stopped by an alarm at step ${alarm.step}: ${alarm.text}`, {
    subject: alarm.cause,
    remedy: `Start a new run with a change: ${alarm.remedies.map(({ field, text }) => `${field}: ${text}`).join(' ')}`,
  });
}
