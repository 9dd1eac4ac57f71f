import type { SweepVariant } from '../contract/sweeps';
import type { EvaluationEvent } from '../contract/runs';
import type { RunReport } from '../contract/run-report';
import { bytesToSymbols } from '../database/symbol-bytes';
import type { StoredRun } from '../database/runs';
import { breathe } from '../evaluation/breathe';
import { useOf } from '../explore/vocabulary';
import { figureCsv, sweepFigures, type VariantCurves } from '../sweep/figures';
import { lineFigureSvg, type FigureScheme } from '../sweep/line-figure';
import { reportHtml } from '../sweep/report-html';
import type { SweepDocument, VariantResult } from '../sweep/sweep-document';
import { sweepTable } from '../sweep/table';
import { shownCell, shownColumns, tableCsv } from '../sweep/table-text';
import type { Services } from './services';

type ReportServices = Pick<Services, 'library' | 'runs' | 'comparison'>;
type SymbolUse = Pick<VariantResult, 'usage' | 'perplexity'>;

/** Descriptions read between two breaths. */
const atOnce = 4_000;

/** The paper's table and figure 2 for some runs, as far as they are trained and evaluated. */
export class RunReports {
  readonly #s: ReportServices;
  /** Use of symbols by run, with what it was counted over. */
  readonly #uses = new Map<number, { key: string; use: SymbolUse }>();

  constructor(s: ReportServices) {
    this.#s = s;
  }

  /** @param ids in the order of the rows, unless they are all of one sweep, which has its own  @throws GlyphscopeError NOT_FOUND */
  async of(ids: readonly number[], scheme: FigureScheme): Promise<RunReport> {
    const runs = [...new Set(ids)].map((id) => this.#s.runs.get(id));
    const { kind, name, members } = this.#members(runs);
    const variants: VariantResult[] = [];
    const curves: VariantCurves[] = [];
    for (const { run, variant } of members) {
      variants.push(await this.#result(run, variant));
      curves.push({ label: variant.label, group: variant.group, curves: await this.#curves(run.id) });
    }
    const table = sweepTable({ kind, variants });
    const figures = sweepFigures(curves);
    const words = { title: name ?? `${runs.length} runs`, words: this.#words(members.map(({ run }) => run), variants) };
    const shown = shownColumns(table);
    return {
      ...words,
      columns: shown.map(({ title, as }) => ({ title, text: as === 'text' })),
      rows: table.rows.map((row, i) => ({ kind: String(row.row), run: row.row === 'variant' ? members[i].run.id : null, cells: shown.map((column) => shownCell(row[column.key], column)) })),
      figures: figures.map((figure) => ({ name: figure.file, title: figure.title, svg: lineFigureSvg(figure, scheme), file: lineFigureSvg(figure), csv: figureCsv(figure) })),
      csv: tableCsv(table),
      html: reportHtml(words, table, figures),
    };
  }

  /** What each run is called in the report: as its sweep has it, or by its own name. */
  #members(runs: readonly StoredRun[]): { kind: SweepDocument['kind']; name: string | null; members: { run: StoredRun; variant: SweepVariant }[] } {
    const [name] = new Set(runs.map(({ sweep }) => sweep));
    const one = name !== null && runs.every(({ sweep }) => sweep === name) ? name : null;
    const sweep = one === null ? null : this.#s.library.db.read.sweeps.byName(one);
    const start = `${one}: `;
    const members = runs.map((run) => {
      const label = one !== null && run.name.startsWith(start) ? run.name.slice(start.length) : run.name;
      const place = sweep?.variants.findIndex((variant) => variant.label === label) ?? -1;
      const variant: SweepVariant = sweep && place >= 0 ? sweep.variants[place] : { label, group: run.variant.split(' ')[0], change: {} };
      return { run, variant: { label: variant.label, group: variant.group, change: variant.change }, place: place < 0 ? runs.length : place };
    });
    return { kind: sweep?.kind ?? 'sweep', name: one, members: members.sort((a, b) => a.place - b.place) };
  }

  async #result(run: StoredRun, variant: SweepVariant): Promise<VariantResult> {
    const { read } = this.#s.library.db;
    const figures = read.runColumns.series([run.id]).get(run.id)?.find(({ series }) => series === 'step');
    return {
      ...variant,
      run: run.name,
      variant: run.variant,
      config: run.config,
      state: run.state === 'finished' ? 'done' : run.state === 'failed' ? 'failed' : 'waiting',
      error: run.error,
      step: run.step,
      seconds: figures?.final.seconds ?? null,
      backend: run.backend,
      alarms: [],
      ...(await this.#use(run)),
      evaluation: run.collection === null ? null : read.runDocuments.of('evaluation', run.id, run.collection),
    };
  }

  /** Which symbols the run's descriptions of its own collection use; nothing before it is described. */
  async #use(run: StoredRun): Promise<SymbolUse> {
    const { read } = this.#s.library.db;
    const encoding = run.collection === null ? null : read.runs.encoding(run.id, run.collection);
    if (run.collection === null || !encoding || encoding.step !== run.describedStep) return { usage: null, perplexity: null };
    const key = `${run.collection} ${encoding.step} ${encoding.images} ${encoding.at}`;
    const known = this.#uses.get(run.id);
    if (known?.key === key) return known.use;
    const { length, vocabulary } = run.config;
    const counts = new Int32Array(length * vocabulary);
    let images = 0;
    for (let after = 0; ; ) {
      const some = read.descriptions.some(run.id, run.collection, after, atOnce);
      for (const { symbols } of some) bytesToSymbols(symbols).forEach((symbol, position) => counts[position * vocabulary + symbol]++);
      images += some.length;
      if (some.length < atOnce) break;
      after = some[some.length - 1].image;
      await breathe();
    }
    const use = images === 0 ? { usage: null, perplexity: null } : useOf(counts, { vocabulary, images });
    this.#uses.set(run.id, { key, use });
    return use;
  }

  async #curves(run: number): Promise<VariantCurves['curves']> {
    const [found] = await this.#s.comparison.of({ runs: [run], quantities: ['teacherEntropy', 'kl'], x: 'step' });
    const { teacherEntropy, kl } = found.curves;
    const divergence = new Map(kl?.x.map((step, i) => [step, kl.y[i]]));
    const steps = (teacherEntropy?.x ?? []).flatMap((step, i) => {
      const [entropy, value] = [teacherEntropy.y[i], divergence.get(step) ?? null];
      return entropy === null || value === null ? [] : [{ step, teacherEntropy: entropy, kl: value }];
    });
    return { steps, evaluations: this.#s.library.db.read.trainingEvents.ofType(run, 'evaluation') as EvaluationEvent[] };
  }

  #words(runs: readonly StoredRun[], variants: readonly VariantResult[]): string[] {
    const listed = (values: Iterable<string>) => [...new Set(values)].join(', ');
    const missing = variants.filter(({ evaluation }) => evaluation === null).map(({ label }) => label);
    const protocols = listed(variants.flatMap(({ evaluation }) => (evaluation ? [evaluation.protocol] : [])));
    return [
      `${runs.length} ${runs.length === 1 ? 'run' : 'runs'} on ${listed(runs.map(({ collectionName }) => collectionName))}, teacher ${listed(runs.map(({ teacher }) => teacher))}.`,
      ...(protocols ? [protocols] : []),
      ...(missing.length > 0 ? [`Not evaluated yet, so without accuracies: ${missing.join(', ')}.`] : []),
    ];
  }
}
