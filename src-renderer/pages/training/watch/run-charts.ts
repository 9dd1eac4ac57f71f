import type { PlaceName, ScalarCurve, ListCurve } from '../../../../src-main/contract/curves';
import { epochAxis, stepAxis, timeAxis, type ChartAxis } from '../../../charts/axes';
import type { ChartData, ChartSeries } from '../../../charts/chart-data';
import { formatShare, formatShareTicks, formatTicks } from '../../../charts/number-format';
import type { CurveStore } from '../../../state/curve-store.svelte';
import { bytesWords } from '../run-words';

/** What x can be. */
export const axes: Record<PlaceName, ChartAxis> = { step: stepAxis, epoch: epochAxis, seconds: timeAxis };

/** One chart of a run. */
export interface RunChart {
  title: string;
  unit?: string;
  help: string;
  /** Whether its lines are smoothed. */
  smooth?: boolean;
  canLog?: boolean;
  include?: number[];
  format?: (value: number | null | undefined) => string;
  ticks?: (splits: readonly number[]) => string[];
  empty?: string;
  lines(curves: CurveStore, along: PlaceName): { series: ChartSeries[]; data: ChartData };
}

const scalar = (name: ScalarCurve, label: string, long: string): RunChart['lines'] => (curves, along) => ({ series: [{ label, name: long }], data: curves.scalars([name], along) });
const list = (name: ListCurve, place: string): RunChart['lines'] => (curves, along) => ({
  series: Array.from({ length: curves.length }, (_, i) => ({ label: String(i + 1), name: `${place} ${i + 1}` })),
  data: curves.list(name, along),
});
const accuracy = (kind: 'knn' | 'linear'): RunChart['lines'] => (curves, along) => {
  const { prefixes, data } = curves.accuracy(kind, along);
  return { series: [...prefixes.map((prefix) => ({ label: prefix, name: `prefix ${prefix}`, dots: true })), { label: 'teacher', reference: true }], data };
};
const memory: RunChart['lines'] = (curves, along) => {
  const kinds = [{ name: 'memoryBytes', series: { label: 'main', name: 'process memory' } }, { name: 'gpuBytes', series: { label: 'GPU', name: 'GPU memory' } }] as const;
  const told = kinds.filter(({ name }) => curves.has(name));
  return told.length > 0 ? { series: told.map(({ series }) => series), data: curves.scalars(told.map(({ name }) => name), along) } : { series: [kinds[0].series], data: { x: [], y: [[]] } };
};

const share = (value: number | null | undefined) => formatShare(value);
/** "100 %" with a thin space: eight of them stand side by side. */
const wholeShare = (value: number | null | undefined) => formatShare(value, 0).replace(' ', '\u200a');
const gigabytes = (splits: readonly number[]) => formatTicks(splits.map((value) => value / 1e9));
const measured = 'Appears with the first measurement.';

/** In the order in which they stand on the page. */
export const runCharts: readonly RunChart[] = [
  {
    title: 'Loss by prefix', unit: 'nats', canLog: true, smooth: true, lines: list('lossByPrefix', 'prefix'),
    help: "Cross-entropy of the student's output after 1 to L symbols with the teacher's. Longer prefixes should lie lower; all should fall.",
  },
  {
    title: 'k-NN top-1 by prefix', format: share, ticks: formatShareTicks, empty: measured, lines: accuracy('knn'),
    help: "k-NN accuracy on the held-out sample from hard symbols, by prefix length; dashed: the same from the teacher's own features.",
  },
  {
    title: 'Linear top-1 by prefix', format: share, ticks: formatShareTicks, empty: 'Appears with the first measurement; older runs have none.', lines: accuracy('linear'),
    help: "Accuracy of a linear probe (ridge regression) on the held-out sample from hard symbols, by prefix length; dashed: the same from the teacher's own features. A full evaluation fits its probe longer and finds a little more.",
  },
  {
    title: 'Teacher entropy', unit: 'nats', smooth: true, lines: scalar('teacherEntropy', 'H', 'H(p_t)'),
    help: "Entropy of the teacher's output. Falling to 0 or standing at its greatest value means collapse.",
  },
  {
    title: 'KL teacher to student', unit: 'nats', canLog: true, smooth: true, lines: scalar('kl', 'KL', 'KL(p_t ‖ p_s)'),
    help: "How far the student's output after the full description is from the teacher's. It should fall.",
  },
  {
    title: 'Symbols in use by position', smooth: true, format: wholeShare, ticks: formatShareTicks, include: [0, 1], lines: list('usage', 'position'),
    help: 'Share of the vocabulary seen at each position over the last steps. Low values are unused symbols.',
  },
  {
    title: 'Perplexity by position', unit: 'symbols', smooth: true, lines: list('perplexity', 'position'),
    help: 'How many symbols each position is worth if all were equally frequent: 1 is collapse, the vocabulary size is the most.',
  },
  { title: 'Learning rate', canLog: true, lines: scalar('learningRate', 'lr', 'learning rate'), help: "The optimizer's step size by the schedule: it warms up, then falls on a cosine." },
  {
    title: 'Gradient norm', canLog: true, smooth: true, lines: scalar('gradientNorm', '‖g‖', 'gradient norm'),
    help: 'Length of the gradient before clipping. Spikes that grow are an early sign of trouble.',
  },
  { title: 'Quantizer temperature', lines: scalar('quantizerTemperature', 'τ', 'temperature'), help: 'Temperature of the Gumbel softmax: high is soft and exploring, low is close to hard symbols.' },
  { title: 'Steps a second', smooth: true, include: [0], lines: scalar('stepsPerSecond', '1/s', 'steps a second'), help: 'Speed of the training, pauses for measurement left out.' },
  {
    title: 'Memory', unit: 'GB', include: [0], format: (value) => (typeof value === 'number' ? bytesWords(value) : '–'), ticks: gigabytes, lines: memory, empty: 'Appears with the first steps; older runs tell none.',
    help: "Main memory that the trainer's process holds, and what it holds on the GPU where its backend tells. Steady growth would be a leak.",
  },
];
