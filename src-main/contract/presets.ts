import * as z from 'zod';
import { presetName, trainingConfig, type PresetName, type TrainingConfig } from './config';
import { GlyphscopeError } from './errors';
import { nearestWord } from './nearest-word';
import { embeddedTeacherName } from './teachers';

/** The default on a CPU, complete; every departure from the paper is named with its reason in docs/method.md. */
const small: Omit<TrainingConfig, 'preset'> = {
  teacher: embeddedTeacherName,
  steps: 400,
  batch: 64,
  microBatch: 0,
  views: 4,
  seed: 0,
  backend: 'auto',
  threads: 0,
  precision: 'float32',
  checkpointEvery: 200,
  quantizer: 'gumbel',
  vocabulary: 128,
  length: 8,
  straightThrough: true,
  gumbelTemperatureStart: 1,
  gumbelTemperatureEnd: 0.5,
  gumbelNoise: 0.5,
  sharpenedTemperatureStart: 1,
  sharpenedTemperatureEnd: 0.1,
  codeWidth: 32,
  vectorGradient: 'rotation',
  codebookUpdate: 'average',
  codebookDecay: 0.97,
  commitmentWeight: 0.25,
  codebookStart: 'k-means',
  codeRevival: 0.1,
  channels: 32,
  mapSteps: 400,
  mapHidden: 512,
  readoutSteps: 800,
  descriptor: 'residual',
  trainCodes: false,
  width: 128,
  descriptorLayers: 2,
  descriptorHeads: 4,
  memoryTokens: 4,
  featureTokens: 0,
  interpreterLayers: 3,
  interpreterHeads: 4,
  interpreterAttention: 'causal',
  projectorOutputs: 2048,
  projectorHidden: 512,
  projectorBottleneck: 128,
  teacherMomentum: 0.996,
  projectionWeight: 0.1,
  alignmentWeight: 1,
  crossView: false,
  prefixWeight: 1,
  prefixLoss: true,
  diversityWeight: 0,
  imitationWeight: 1,
  imitationSteps: 0,
  studentTemperature: 0.1,
  teacherTemperatureStart: 0.04,
  teacherTemperature: 0.07,
  teacherTemperatureWarmup: 100,
  centreMomentum: 0.9,
  learningRate: 0.0003,
  warmup: 100,
  weightDecay: 0.01,
  gradientClip: 1,
  evaluateEvery: 100,
  heldOut: 1000,
  patience: 1000,
  onCollapse: 'warn',
  collapseShare: 0.1,
};

type Changes = Partial<Omit<TrainingConfig, 'preset'>>;

/** What the other presets change. */
const changes: Record<PresetName, Changes> = {
  small: {},
  // A test: seconds on one core with a few dozen images.
  tiny: {
    steps: 20, batch: 16, views: 2, vocabulary: 16, length: 4, checkpointEvery: 10, mapSteps: 10, mapHidden: 32, readoutSteps: 10, trainCodes: true,
    width: 16, descriptorLayers: 1, descriptorHeads: 2, memoryTokens: 2, interpreterLayers: 1, interpreterHeads: 2,
    projectorOutputs: 64, projectorHidden: 32, projectorBottleneck: 16,
    teacherTemperatureWarmup: 5, warmup: 2, evaluateEvery: 10, heldOut: 50,
  },
  // A GPU: the depth of the paper, our descriptor and loss.
  base: {
    steps: 10_000, width: 384, descriptorLayers: 6, descriptorHeads: 8, memoryTokens: 8, interpreterLayers: 12, interpreterHeads: 6,
    projectorOutputs: 8192, projectorHidden: 1024, projectorBottleneck: 256,
    warmup: 500, teacherTemperatureWarmup: 1000, checkpointEvery: 500, evaluateEvery: 1000, heldOut: 2000, patience: 2000,
  },
  // The publication, as far as it says; 384 is the smallest common width of its heads that a ViT has, too.
  paper: {
    steps: 20_000, channels: 0, mapSteps: 0, readoutSteps: 0, descriptor: 'autoregressive', crossView: false, projectionWeight: 1, alignmentWeight: 0, gumbelNoise: 1,
    vectorGradient: 'straight-through', codebookUpdate: 'gradient', codebookStart: 'random', codeRevival: 0,
    width: 384, descriptorLayers: 6, descriptorHeads: 8, memoryTokens: 8, interpreterLayers: 12, interpreterHeads: 6,
    projectorOutputs: 8192, projectorHidden: 2048, projectorBottleneck: 256,
    warmup: 1000, teacherTemperatureWarmup: 2000, checkpointEvery: 500, evaluateEvery: 1000, heldOut: 2000, patience: 4000,
    trainCodes: true,
  },
};

/** The complete values of a preset. */
export function presetConfig(preset: PresetName): TrainingConfig {
  return { preset, ...small, ...changes[preset] };
}

/**
 * The complete config of the preset named in `given` (small when none is) with the given changes.
 * @throws INVALID_INPUT naming the field, what is allowed and what was found
 */
export function resolveConfig(given: Record<string, unknown>): TrainingConfig {
  const preset = presetName.safeParse(given.preset ?? 'small');
  if (!preset.success) throw refused('preset', `Preset ${JSON.stringify(given.preset)} does not exist: expected ${presetName.options.join(', ')}.`);
  for (const key of Object.keys(given))
    if (!Object.hasOwn(trainingConfig.shape, key)) {
      const near = nearestWord(key, Object.keys(trainingConfig.shape));
      throw refused(key, `There is no training field named ${key}.`, near ? `Did you mean ${near}?` : 'docs/configuration.md lists the fields.');
    }
  const changed = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = trainingConfig.safeParse({ ...presetConfig(preset.data), ...changed });
  if (!parsed.success) {
    const issue: z.core.$ZodIssue = parsed.error.issues[0];
    const key = String(issue.path[0] ?? 'config');
    throw refused(key, `${key} = ${JSON.stringify(given[key])}: ${issue.message}.`);
  }
  for (const conflict of conflicts(parsed.data)) throw conflict;
  return parsed.data;
}

/** What was done before a field existed, where that is not what the presets do now. */
const before: Changes = { mapSteps: 0, readoutSteps: 0, trainCodes: true };

/** A config as it was stored: fields that came with later versions have the values of its preset, or what was done before. */
export const storedConfig = z.preprocess((stored: unknown) => {
  const preset = presetName.safeParse((stored as { preset?: unknown } | null)?.preset);
  return preset.success ? { ...presetConfig(preset.data), ...before, ...(stored as object) } : stored;
}, trainingConfig);

/** What one field allows depends on another: every conflict between fields that are each allowed, at the field to change. */
export function* conflicts(config: TrainingConfig): Generator<GlyphscopeError> {
  for (const heads of ['descriptorHeads', 'interpreterHeads'] as const)
    if (config.width % config[heads] !== 0)
      yield refused(heads, `${heads} = ${config[heads]} does not divide width = ${config.width}.`, `Take a width that is a multiple of ${config.descriptorHeads} and ${config.interpreterHeads}.`);
  if (config.microBatch > 0 && config.batch % config.microBatch !== 0)
    yield refused('microBatch', `microBatch = ${config.microBatch} does not divide batch = ${config.batch}.`, `Take 0 for the whole batch, or ${halvedMicroBatch({ batch: config.batch, microBatch: 2 * config.microBatch }) ?? 1}.`);
  if (!Number.isInteger(Math.sqrt(config.featureTokens))) yield refused('featureTokens', `featureTokens = ${config.featureTokens} is no square.`, 'Take 0, 1, 4, 9, 16, 25, 36, 49 or 64.');
  if (config.crossView && config.views < 2) yield refused('crossView', `crossView needs 2 views or more, views = ${config.views}.`, 'Raise views, or switch crossView off.');
  if (config.channels > 0 && config.views < 2) yield refused('channels', `Choosing channels compares views of an image, views = ${config.views}.`, 'Raise views to 2 or more, or set channels to 0.');
  if (config.projectionWeight === 0 && config.alignmentWeight === 0) yield refused('alignmentWeight', 'projectionWeight and alignmentWeight are both 0: there is nothing to learn.', 'Raise one of them.');
  if (config.gumbelTemperatureEnd > config.gumbelTemperatureStart)
    yield refused('gumbelTemperatureEnd', `gumbelTemperatureEnd = ${config.gumbelTemperatureEnd} is above gumbelTemperatureStart = ${config.gumbelTemperatureStart}.`, 'The temperature falls during training: lower the end or raise the start.');
  if (config.sharpenedTemperatureEnd > config.sharpenedTemperatureStart)
    yield refused('sharpenedTemperatureEnd', `sharpenedTemperatureEnd = ${config.sharpenedTemperatureEnd} is above sharpenedTemperatureStart = ${config.sharpenedTemperatureStart}.`, 'The temperature falls during training: lower the end or raise the start.');
  if (config.teacherTemperature >= config.studentTemperature)
    yield refused('teacherTemperature', `teacherTemperature = ${config.teacherTemperature} is not below studentTemperature = ${config.studentTemperature}.`, 'A teacher sharper than the student is what keeps the projections from becoming uniform.');
  if (config.evaluateEvery > 0 && config.heldOut === 0) yield refused('heldOut', 'heldOut = 0, but evaluateEvery asks for measurements.', 'Set evaluateEvery to 0, or hold images out.');
}

function refused(subject: string, message: string, remedy?: string): GlyphscopeError {
  return new GlyphscopeError('INVALID_INPUT', message, { subject, remedy });
}

/** The largest micro-batch that divides the batch and is at most half of the one given; null when that is one image. */
export function halvedMicroBatch({ batch, microBatch }: Pick<TrainingConfig, 'batch' | 'microBatch'>): number | null {
  let half = Math.floor(Math.min(microBatch || batch, 2 * batch) / 2);
  while (half > 0 && batch % half !== 0) half--;
  return half || null;
}

/** The paper's name of a run's quantizer and vocabulary: "GS 128". */
export function variantName(config: Pick<TrainingConfig, 'quantizer' | 'vocabulary'>): string {
  return `${{ gumbel: 'GS', vector: 'VQ', sharpened: 'SS' }[config.quantizer]} ${config.vocabulary}`;
}
