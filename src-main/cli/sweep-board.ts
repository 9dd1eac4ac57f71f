import type { ErrorDetail } from '../contract/errors';
import type { VariantResult } from '../sweep/sweep-document';
import type { Variant } from '../sweep/variants';
import { type Output, sentence } from './output';
import type { VariantProgress } from './run-variant';
import { count, duration, percent, table } from './wording';

/** The live table of a sweep: a row for each variant with its step, loss, k-NN and time left. */
export class SweepBoard {
  readonly #out: Output;
  readonly #rows: Map<string, VariantProgress & { ended: 'done' | 'failed' | null }>;

  constructor(variants: readonly Variant[], out: Output) {
    this.#out = out;
    this.#rows = new Map(variants.map(({ label }) => [label, { phase: 'waiting', latest: {}, ended: null }]));
  }

  tell(label: string, progress: VariantProgress): void {
    this.#rows.set(label, { ...progress, ended: null });
    this.#show();
  }

  done(label: string, { evaluation }: VariantResult): void {
    this.#end(label, 'done');
    if (evaluation) this.#out.note(`${label}: k-NN ${percent(evaluation.student.knn.top1)}, retention ${evaluation.retention.toFixed(3)}.`);
    this.#show();
  }

  failed(label: string, { message, code }: ErrorDetail): void {
    this.#end(label, 'failed');
    this.#out.note(`${label} failed: ${sentence(message)} [${code}] The others go on.`);
    this.#show();
  }

  #end(label: string, how: 'done' | 'failed'): void {
    this.#rows.set(label, { latest: this.#rows.get(label)?.latest ?? {}, phase: how, ended: how });
  }

  #show(): void {
    const rows = [...this.#rows].map(([label, row]) => [label, row.phase, ...figures(row)]);
    const all = [...this.#rows.values()];
    const ended = all.filter((row) => row.ended !== null).length;
    const active = [...this.#rows].filter(([, row]) => row.ended === null && row.phase !== 'waiting');
    const rate = active.reduce((sum, [, { latest }]) => sum + (latest.step?.stepsPerSecond ?? 0), 0);
    const at = active.map(([label, { phase, latest }]) => `${label} ${phase === 'training' && latest.step ? `step ${count(latest.step.step)}` : phase}`).join('; ');
    const summary = `${ended} of ${all.length} ended${rate > 0 ? `, ${rate.toFixed(1)} steps a second` : ''}${at === '' ? '' : `: ${at}`}`;
    this.#out.board(table(['variant', 'phase', 'step', 'loss', 'k-NN', 'teacher', 'left'], rows).split('\n'), 'sweep', summary);
  }
}

function figures({ phase, latest: { step, evaluation } }: VariantProgress): string[] {
  const longest = evaluation && Object.keys(evaluation.knnTop1).sort((a, b) => Number(b) - Number(a))[0];
  return [
    step ? count(step.step) : '–',
    step ? step.loss.toFixed(4) : '–',
    evaluation && longest ? percent(evaluation.knnTop1[longest]) : '–',
    evaluation ? percent(evaluation.teacher) : '–',
    phase === 'training' && step && step.etaSeconds > 0 ? duration(step.etaSeconds) : '',
  ];
}
