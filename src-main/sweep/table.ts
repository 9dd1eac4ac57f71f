import type { Evaluation, FeatureFigures, SymbolFigures } from '../contract/evaluation';
import { publishedFigures } from '../contract/paper';
import type { SweepDocument, VariantResult } from './sweep-document';

/** Accuracies, shares and retention are between 0 and 1; null where there is no figure. */
export type Cell = string | number | null;

export interface Column {
  key: string;
  title: string;
  /** How the Markdown shows it; CSV and JSON have the plain number. */
  as: 'text' | 'percent' | 'percentage points' | 'share' | 'number' | 'minutes';
  /** Left out of the Markdown, which has to fit a page. */
  detail?: boolean;
}

export interface Table {
  columns: Column[];
  rows: Record<string, Cell>[];
}

/**
 * The paper's table for a sweep: a row for each variant, then residual k-means of each vocabulary size where the
 * evaluations have it, then the teacher. `row` says which of the three it is.
 */
export function sweepTable(document: Pick<SweepDocument, 'kind' | 'variants'>): Table {
  const lengths = prefixLengths(document);
  const evaluated = document.variants.flatMap(({ evaluation }) => (evaluation ? [evaluation] : []));
  const base = document.kind === 'ablations' ? (document.variants.find(({ change }) => Object.keys(change).length === 0) ?? null) : null;
  const columns: Column[] = [
    ...(document.kind === 'ablations' ? [{ key: 'group', title: 'part', as: 'text' } as const] : []),
    { key: 'label', title: document.kind === 'ablations' ? 'what' : 'variant', as: 'text' },
    ...figureColumns,
    ...(base ? [{ key: 'knnTop1Gain', title: 'against as it is', as: 'percentage points' } as const] : []),
    ...(document.variants.some(({ variant }) => variant && publishedFigures(variant)) && document.kind === 'sweep' ? paperColumns : []),
    ...lengths.map((length): Column => ({ key: `prefix${length}`, title: `${length} ${length === 1 ? 'symbol' : 'symbols'}`, as: 'percent', detail: !shownLengths.includes(length) })),
    ...restColumns,
  ];
  const rows = [...document.variants.map((result) => variantRow(result, lengths, base)), ...baselineRows(document.variants, lengths), ...teacherRows(evaluated)];
  return { columns, rows: rows.map((row) => Object.fromEntries([['row', row.row], ...columns.map(({ key }) => [key, row[key] ?? null])])) };
}

/** Prefix lengths that the Markdown shows. */
const shownLengths: readonly number[] = [1, 2, 4, 8];

const figureColumns: Column[] = [
  { key: 'knnTop1', title: 'k-NN top-1', as: 'percent' },
  { key: 'knnTop5', title: 'k-NN top-5', as: 'percent' },
  { key: 'linearTop1', title: 'linear top-1', as: 'percent' },
  { key: 'linearTop5', title: 'linear top-5', as: 'percent' },
];
const paperColumns: Column[] = figureColumns.map(({ key, title, as }) => ({ key: paperKey(key), title: `paper: ${title}`, as }));
const restColumns: Column[] = [
  { key: 'retention', title: 'retention', as: 'share' },
  { key: 'linearRetention', title: 'linear retention', as: 'share' },
  { key: 'usage', title: 'usage', as: 'percent' },
  { key: 'lowestUsage', title: 'lowest usage', as: 'percent' },
  { key: 'perplexity', title: 'perplexity', as: 'number' },
  { key: 'steps', title: 'steps', as: 'number' },
  { key: 'seconds', title: 'training', as: 'minutes' },
  { key: 'state', title: 'state', as: 'text' },
];

function paperKey(key: string): string {
  return `paper${key.charAt(0).toUpperCase()}${key.slice(1)}`;
}

const figureCells = ({ knn, linear }: FeatureFigures): Record<string, Cell> => ({ knnTop1: knn.top1, knnTop5: knn.top5, linearTop1: linear.top1, linearTop5: linear.top5 });
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function variantRow(result: VariantResult, lengths: readonly number[], base: VariantResult | null): Record<string, Cell> {
  const { evaluation, usage, perplexity, variant } = result;
  const paper = variant ? publishedFigures(variant) : null;
  const gain = evaluation && base?.evaluation && result !== base ? evaluation.student.knn.top1 - base.evaluation.student.knn.top1 : null;
  return {
    row: 'variant',
    label: result.label,
    group: result.group,
    ...(evaluation ? figureCells(evaluation.student) : {}),
    ...(paper ? Object.fromEntries(figureColumns.map(({ key }) => [paperKey(key), paper[key as keyof typeof paper]])) : {}),
    ...prefixCells(evaluation?.student, lengths),
    knnTop1Gain: gain,
    retention: evaluation?.retention ?? null,
    linearRetention: evaluation ? evaluation.student.linear.top1 / evaluation.teacher.linear.top1 : null,
    usage: usage && mean(usage),
    lowestUsage: usage && Math.min(...usage),
    perplexity: perplexity && mean(perplexity),
    steps: result.step,
    seconds: result.seconds,
    state: result.state === 'failed' && result.error ? `failed: ${result.error.message} [${result.error.code}]` : result.state,
  };
}

function prefixCells(figures: Pick<SymbolFigures, 'prefix'> | null | undefined, lengths: readonly number[]): Record<string, Cell> {
  return Object.fromEntries(lengths.map((length) => [`prefix${length}`, figures?.prefix[String(length)]?.knn.top1 ?? null]));
}

/** The baseline without any network that the evaluations carry, once for each vocabulary size. */
function baselineRows(variants: readonly VariantResult[], lengths: readonly number[]): Record<string, Cell>[] {
  const bySize = new Map(variants.flatMap(({ evaluation, config }) => (evaluation?.residualKMeans && config ? [[config.vocabulary, evaluation] as const] : [])));
  return [...bySize].map(([size, { residualKMeans: figures, teacher }]) => ({
    row: 'residual k-means',
    label: `residual k-means ${size}`,
    ...figureCells(figures!),
    ...prefixCells(figures, lengths),
    retention: figures!.knn.top1 / teacher.knn.top1,
    linearRetention: figures!.linear.top1 / teacher.linear.top1,
  }));
}

function teacherRows(evaluated: readonly Evaluation[]): Record<string, Cell>[] {
  if (evaluated.length === 0) return [];
  return [{ row: 'teacher', label: 'teacher', ...figureCells(evaluated[0].teacher), retention: 1, linearRetention: 1 }];
}

/** Prefix lengths that some evaluation has, ascending. */
function prefixLengths({ variants }: Pick<SweepDocument, 'variants'>): number[] {
  const lengths = new Set(variants.flatMap(({ evaluation }) => Object.keys(evaluation?.student.prefix ?? {}).map(Number)));
  return [...lengths].sort((a, b) => a - b);
}

