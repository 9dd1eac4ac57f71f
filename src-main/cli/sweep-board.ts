import type { VariantStatus } from '../contract/sweeps';
import { type Output, sentence } from './output';
import { count, duration, percent, table } from './wording';

/** What the table shows of a variant. */
export type BoardRow = Pick<VariantStatus, 'label' | 'state' | 'phase' | 'step' | 'loss' | 'knnTop1' | 'accuracy' | 'teacher' | 'stepsPerSecond' | 'etaSeconds' | 'error'>;

/** The live table of a sweep: a row for each variant with its step, loss, k-NN and time left. */
export class SweepBoard {
  readonly #out: Output;
  /** Variants whose end was told. */
  readonly #told = new Set<string>();

  constructor(out: Output) {
    this.#out = out;
  }

  show({ variants }: { variants: readonly BoardRow[] }): void {
    for (const variant of variants) this.#tellEnd(variant);
    const rows = variants.map((variant) => [variant.label, variant.phase, ...figures(variant)]);
    const ended = variants.filter(({ state }) => state !== 'waiting' && state !== 'active').length;
    const active = variants.filter(({ state }) => state === 'active');
    const rate = active.reduce((sum, { stepsPerSecond }) => sum + (stepsPerSecond ?? 0), 0);
    const at = active.map(({ label, phase, step }) => `${label} ${phase === 'training' ? `step ${count(step)}` : phase}`).join('; ');
    const waiting = variants.filter(({ state, phase }) => state === 'waiting' && phase !== 'waiting').map(({ phase }) => phase);
    const queued = [...new Set(waiting)].map((phase) => `${waiting.filter((other) => other === phase).length} ${phase}`).join('; ');
    const doing = [at, queued].filter((part) => part !== '').join('; ');
    const summary = `${ended} of ${variants.length} ended${rate > 0 ? `, ${rate.toFixed(1)} steps a second` : ''}${doing === '' ? '' : `: ${doing}`}`;
    this.#out.board(table(['variant', 'phase', 'step', 'loss', 'k-NN', 'left'], rows).split('\n'), 'sweep', summary);
  }

  #tellEnd({ label, state, accuracy, teacher, error }: BoardRow): void {
    if (state === 'waiting' || state === 'active') this.#told.delete(label);
    else if (!this.#told.has(label)) {
      this.#told.add(label);
      const full = fullLength(accuracy);
      if (full && teacher) this.#out.note(`${label}: k-NN ${percent(full.knn)}, retention ${(full.knn / teacher.knn).toFixed(3)}.`);
      if (error) this.#out.note(`${label} failed: ${sentence(error.message)} [${error.code}] The others go on.`);
    }
  }
}

function fullLength(accuracy: BoardRow['accuracy']): { knn: number } | null {
  const longest = Math.max(0, ...Object.keys(accuracy ?? {}).map(Number));
  return accuracy?.[String(longest)] ?? null;
}

function figures({ phase, step, loss, knnTop1, accuracy, etaSeconds }: BoardRow): string[] {
  const knn = fullLength(accuracy)?.knn ?? knnTop1;
  return [step > 0 ? count(step) : '–', loss === null ? '–' : loss.toFixed(4), knn === null ? '–' : percent(knn), phase === 'training' && etaSeconds ? duration(etaSeconds) : ''];
}
