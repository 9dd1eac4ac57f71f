import type { TrainingConfig } from '../contract/config';
import type { AlarmEvent, CollapseCause } from '../contract/runs';
import type { Finding, Usual } from './collapse';
import type { Signs } from './signs';

interface Compared {
  usual: Usual | null;
  /** Highest perplexity of each position so far. */
  best: readonly number[];
  /** Perplexity below which a position has collapsed. */
  least: number;
  vocabulary: number;
}

const figure = (value: number): string => (Math.abs(value) >= 10 ? String(Math.round(value)) : value.toPrecision(2));

/** "5.9", "5.9 to 13". */
function range(values: readonly number[]): string {
  const [low, high] = [figure(Math.min(...values)), figure(Math.max(...values))];
  return low === high ? low : `${low} to ${high}`;
}

/** "3", "1 and 3", "1, 2 and 5". */
const list = (positions: readonly number[]): string => [positions.slice(0, -1).join(', '), positions[positions.length - 1]].filter((part) => part !== '').join(' and ');

/** What is seen of a finding, with its figures. */
export function describeCollapse({ cause, positions }: Finding, signs: Signs, { usual, best, least, vocabulary }: Compared): string {
  const teacher = signs.projection;
  const entropy = teacher ? `${Math.round(100 * teacher.teacherEntropy)}% of ln P` : '';
  switch (cause) {
    case 'few-symbols': {
      const values = (of: readonly number[]) => range(positions.map((position) => of[position - 1] ?? 0));
      const fell = positions.every((position) => (best[position - 1] ?? 0) > least);
      const [subject, are, were] = positions.length === 1 ? ['Position', 'is', 'was'] : ['Positions', 'are', 'were'];
      return `${subject} ${list(positions)} ${are} worth ${values(signs.perplexity)} symbols of ${vocabulary}${fell ? `, and ${were} worth ${values(best)}` : ''}; less than ${figure(least)} is a collapse.`;
    }
    case 'one-description':
      return `Nearly every image has the same description: all descriptions together are worth ${figure(signs.descriptions ?? 1)} different ones.`;
    case 'positions-alike':
      return `${Math.round(100 * (signs.repeated ?? 1))}% of the symbols repeat the one before: later positions add nothing.`;
    case 'constant-embedding':
      return `The symbols differ from image to image, but the embedding read from them does not (spread ${figure(signs.embeddingSpread ?? 0)} of 1).`;
    case 'constant-output':
      return `The student's projection ignores its input: it tells ${figure(teacher?.studentInformation ?? 0)} nats of the image, the teacher's ${figure(teacher?.teacherInformation ?? 0)}.`;
    case 'uniform-teacher':
      return `The teacher's projection says the same of every image: its entropy is near the greatest possible (${entropy}).`;
    case 'constant-teacher':
      return `The teacher's projection says the same of every image, in a few outputs (entropy ${entropy}).`;
    case 'centre-off':
      return `The teacher's projection says the same of every image, because the centre is far from the outputs that it should follow (${figure(teacher?.centreOffset ?? 0)} nats; entropy ${entropy}).`;
    case 'diverging':
      return `The training diverges: gradient norm ${figure(signs.gradientNorm)}, loss ${figure(signs.loss)}; usual before: ${usual ? `${figure(usual.gradientNorm)} and ${figure(usual.loss)}` : 'unknown'}.`;
    case 'not-finite':
      return 'The loss or its gradient was not a finite number.';
  }
}

interface Remedy {
  field: keyof TrainingConfig;
  text: string;
  /** A value to try; null where the other fields leave none. */
  to: (config: TrainingConfig) => number | string | null;
  /** Whether there is something to change. */
  applies?: (config: TrainingConfig) => boolean;
}

/** Two digits are enough of a value to try. */
const rounded = (value: number): number => Number(value.toPrecision(2));

const lowerRate: Remedy = { field: 'learningRate', text: 'lower it to a third.', to: (c) => rounded(c.learningRate / 3), applies: (c) => c.learningRate > 0 && c.learningRate <= highRate };
/** Above what any preset comes near: then this is the first to change, whatever collapsed. */
const highRate = 0.005;
const farLowerRate: Remedy = { field: 'learningRate', text: 'lower it to 0.001 or less.', to: () => 0.001, applies: (c) => c.learningRate > highRate };
const longerWarmup: Remedy = { field: 'warmup', text: 'raise it to 100 or more.', to: () => 100, applies: (c) => c.warmup < 100 };
const align: Remedy = { field: 'alignmentWeight', text: 'set it to 1: it ties the embedding to the feature.', to: () => 1, applies: (c) => c.alignmentWeight === 0 };
const residual: Remedy = { field: 'descriptor', text: 'take residual: it starts with every symbol in use.', to: () => 'residual', applies: (c) => c.descriptor !== 'residual' };
const diversity: Remedy = { field: 'diversityWeight', text: 'raise it: it rewards even use of the symbols.', to: () => 0.1, applies: (c) => c.diversityWeight === 0 };
const slowTeacher: Remedy = { field: 'teacherMomentum', text: 'raise it to 0.996 or more.', to: () => 0.996, applies: (c) => c.teacherMomentum < 0.996 };
const clip: Remedy = { field: 'gradientClip', text: 'set it to 1.', to: () => 1, applies: (c) => c.gradientClip === 0 || c.gradientClip > 1 };
/** It stays below the student's. */
const softTeacher = (c: TrainingConfig): number | null => {
  const softer = Math.min(rounded(1.5 * c.teacherTemperature), rounded(0.9 * c.studentTemperature));
  return softer > c.teacherTemperature ? softer : null;
};
export const sharperTeacher: Remedy = { field: 'teacherTemperature', text: 'lower it: a sharper teacher is further from uniform.', to: (c) => Math.max(0.005, rounded(0.7 * c.teacherTemperature)) };
export const softerTeacher: Remedy = { field: 'teacherTemperature', text: 'raise it: a softer teacher lets more outputs speak.', to: softTeacher };
export const centring: Remedy = { field: 'centreMomentum', text: 'set it to 0.9: the centre keeps one output from winning.', to: () => 0.9, applies: (c) => c.centreMomentum !== 0.9 };

export const symbolRemedies: readonly Remedy[] = [
  residual,
  { field: 'imitationSteps', text: 'set it to 600: the symbols then begin as residual k-means codes.', to: () => 600, applies: (c) => c.descriptor !== 'residual' && c.imitationSteps === 0 },
  { field: 'codeRevival', text: 'set it to 0.1: unused codes move to where the queries are.', to: () => 0.1, applies: (c) => c.quantizer === 'vector' && c.codeRevival === 0 },
  { field: 'sharpenedTemperatureEnd', text: 'raise it: softer symbols leave the others a gradient.', to: (c) => Math.min(0.5, c.sharpenedTemperatureStart), applies: (c) => c.quantizer === 'sharpened' && c.sharpenedTemperatureEnd < 0.5 },
  { field: 'gumbelNoise', text: 'raise it to 0.5: noise tries the other symbols.', to: () => 0.5, applies: (c) => c.quantizer === 'gumbel' && c.gumbelNoise < 0.5 },
  align,
  diversity,
  lowerRate,
];

const remedies: Record<CollapseCause, readonly Remedy[]> = {
  'few-symbols': symbolRemedies,
  'one-description': symbolRemedies,
  'positions-alike': [residual, align, { field: 'prefixWeight', text: 'raise it to 1 or more: long prefixes then count.', to: () => 1, applies: (c) => c.prefixWeight < 1 }, diversity, lowerRate],
  'constant-embedding': [align, lowerRate, longerWarmup, { field: 'weightDecay', text: 'lower it to 0.01.', to: () => 0.01, applies: (c) => c.weightDecay > 0.01 }],
  'constant-output': [{ field: 'studentTemperature', text: 'lower it to 0.1.', to: (c) => (c.teacherTemperature < 0.1 ? 0.1 : null), applies: (c) => c.studentTemperature > 0.1 }, lowerRate, align],
  'uniform-teacher': [sharperTeacher, lowerRate, slowTeacher],
  'constant-teacher': [centring, softerTeacher, lowerRate, slowTeacher],
  'centre-off': [{ field: 'centreMomentum', text: 'lower it to 0.9: the centre then follows the outputs.', to: () => 0.9, applies: (c) => c.centreMomentum > 0.9 }, slowTeacher, lowerRate],
  diverging: [
    lowerRate,
    clip,
    longerWarmup,
    { field: 'commitmentWeight', text: 'raise it: it keeps queries near their codes.', to: (c) => rounded(Math.max(0.25, 2 * c.commitmentWeight)), applies: (c) => c.quantizer === 'vector' },
    { field: 'gumbelTemperatureEnd', text: 'raise it.', to: (c) => Math.min(0.5, c.gumbelTemperatureStart), applies: (c) => c.quantizer === 'gumbel' && c.gumbelTemperatureEnd < 0.5 },
  ],
  'not-finite': [
    lowerRate,
    clip,
    { field: 'gumbelTemperatureEnd', text: 'raise it.', to: (c) => Math.min(0.3, c.gumbelTemperatureStart), applies: (c) => c.quantizer === 'gumbel' && c.gumbelTemperatureEnd < 0.3 },
    { field: 'teacherTemperatureStart', text: 'raise it to 0.04.', to: () => 0.04, applies: (c) => c.teacherTemperatureStart < 0.04 },
  ],
};

/** What to change in a new run, the most promising first, four at most; what is as it should be already is left out. */
export function remediesFor(cause: CollapseCause, config: TrainingConfig): AlarmEvent['remedies'] {
  return chooseRemedies([farLowerRate, ...remedies[cause]], config);
}

/** Those of the remedies that change something in this config, four at most. */
export function chooseRemedies(possible: readonly Remedy[], config: TrainingConfig): AlarmEvent['remedies'] {
  return possible
    .filter(({ applies }) => applies?.(config) ?? true)
    .slice(0, 4)
    .map(({ field, text, to }) => {
      const value = to(config);
      return { field, text, ...(value !== null && value !== config[field] && { value }) };
    });
}
