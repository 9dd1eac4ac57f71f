import type { TrainingConfig } from '../contract/config';
import type { OutputUse, Probe } from './probe';

/** Figures over the last probes, from which collapse is told. Null: not measured. */
export interface Signs {
  step: number;
  /** Medians over the window. */
  loss: number;
  gradientNorm: number;
  /** exp of the entropy of the hard symbols at each position, 1 to K: [L]. */
  perplexity: number[];
  /** The most symbols that so few images could show: K, or half the images in the window. */
  mostSymbols: number;
  /** exp of the entropy of whole descriptions. */
  descriptions: number | null;
  /** Share of symbols that repeat the one before; null for descriptions of one symbol. */
  repeated: number | null;
  /** Probe.embeddingSpread, mean over the window. */
  embeddingSpread: number | null;
  projection: {
    /** H(p_t) ÷ ln P. */
    teacherEntropy: number;
    /** H(mean p) − mean H(p), in nats: what an output tells of the image. 0 when it is the same for all. */
    teacherInformation: number;
    studentInformation: number;
    centreOffset: number;
  } | null;
}

/** Probes that a window holds. */
const windowed = 8;

interface Seen {
  probe: Probe;
  loss: number;
  gradientNorm: number;
}

/** Keeps the last probes and gives the figures over them. */
export class SignsWindow {
  readonly #config: Pick<TrainingConfig, 'length' | 'vocabulary' | 'projectorOutputs'>;
  readonly #seen: Seen[] = [];

  constructor(config: Pick<TrainingConfig, 'length' | 'vocabulary' | 'projectorOutputs'>) {
    this.#config = config;
  }

  /** The figures with this probe; null until the window is full. */
  add(step: number, seen: Seen): Signs | null {
    this.#seen.push(seen);
    if (this.#seen.length > windowed) this.#seen.shift();
    if (this.#seen.length < windowed) return null;
    const { length: L, vocabulary } = this.#config;
    const descriptions = this.#seen.flatMap(({ probe: { symbols } }) => Array.from({ length: symbols.length / L }, (_, i) => symbols.subarray(i * L, (i + 1) * L)));
    const repeats = descriptions.reduce((sum, symbols) => sum + symbols.reduce((own, symbol, j) => own + (j > 0 && symbol === symbols[j - 1] ? 1 : 0), 0), 0);
    return {
      step,
      loss: median(this.#seen.map(({ loss }) => loss)),
      gradientNorm: median(this.#seen.map(({ gradientNorm }) => gradientNorm)),
      perplexity: Array.from({ length: L }, (_, j) => perplexityOf(descriptions.map((symbols) => symbols[j]))),
      mostSymbols: Math.min(vocabulary, descriptions.length / 2),
      descriptions: perplexityOf(descriptions.map((symbols) => symbols.join())),
      repeated: L > 1 ? repeats / (descriptions.length * (L - 1)) : null,
      embeddingSpread: mean(this.#seen.map(({ probe }) => probe.embeddingSpread)),
      projection: this.#projection(),
    };
  }

  #projection(): Signs['projection'] {
    const all = this.#seen.flatMap(({ probe }) => (probe.projection ? [probe.projection] : []));
    if (all.length < this.#seen.length) return null;
    return {
      teacherEntropy: mean(all.map(({ teacher }) => teacher.entropy)) / Math.log(this.#config.projectorOutputs),
      teacherInformation: information(all.map(({ teacher }) => teacher)),
      studentInformation: information(all.map(({ student }) => student)),
      centreOffset: mean(all.map(({ centreOffset }) => centreOffset)),
    };
  }
}

/** H(mean p) − mean H(p), in nats. */
function information(uses: OutputUse[]): number {
  const outputs = uses[0].mean.length;
  let entropy = 0;
  for (let k = 0; k < outputs; k++) {
    const p = uses.reduce((sum, use) => sum + use.mean[k], 0) / uses.length;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return entropy - mean(uses.map((use) => use.entropy));
}

/** exp of the entropy of what is seen. */
function perplexityOf(seen: readonly (string | number)[]): number {
  const counts = new Map<string | number, number>();
  for (const one of seen) counts.set(one, (counts.get(one) ?? 0) + 1);
  let entropy = 0;
  for (const count of counts.values()) entropy -= (count / seen.length) * Math.log(count / seen.length);
  return Math.exp(entropy);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** The middle value; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}
