import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import { backendNames } from '../contract/config';
import { presetConfig } from '../contract/presets';
import type { BackendReport } from '../contract/system';
import { measureSpeed, startBackend } from '../model/backend';
import { startCodebook } from '../model/codebook';
import { RandomStream } from '../model/random';
import { studentShape } from '../model/shapes';
import { Student } from '../model/student';
import stored from './backend-check.json';
import { beginTraining, endTraining, trainingStep, type Training } from './step';

/** How far a loss or gradient norm may be from the stored one, as a share of it (of 1 where it is smaller). */
export const checkTolerance = 1e-3;

const steps = 3;
/** Whatever the presets become, these stay: another value here needs other stored values. */
const small: TrainingConfig = {
  ...presetConfig('tiny'),
  seed: 7, steps: 20, batch: 8, views: 2, vocabulary: 16, length: 4, channels: 12, mapSteps: 0, width: 16, descriptorLayers: 1, descriptorHeads: 2, memoryTokens: 2,
  interpreterLayers: 1, interpreterHeads: 2, projectorOutputs: 64, projectorHidden: 32, projectorBottleneck: 16, projectionWeight: 0.1, alignmentWeight: 1, crossView: true,
  warmup: 0, learningRate: 0.0003, weightDecay: 0.01, gradientClip: 1, gumbelTemperatureStart: 1, gumbelTemperatureEnd: 0.5, imitationSteps: 0, imitationWeight: 0, diversityWeight: 0,
};
const featureWidth = 24;

/** Between them all that a training step is made of: both descriptors, symbols drawn by chance and by the nearest code. */
const students: Record<string, TrainingConfig> = {
  'gumbel, residual': { ...small, quantizer: 'gumbel', descriptor: 'residual', gumbelNoise: 0.5 },
  'vector, autoregressive': { ...small, quantizer: 'vector', descriptor: 'autoregressive', codebookUpdate: 'average', codebookDecay: 0.99, codeRevival: 0.1, vectorGradient: 'rotation', commitmentWeight: 0.25 },
};

/** Loss and gradient norm of each step of each student. */
export type CheckValues = Record<string, { loss: number[]; gradientNorm: number[] }>;

/** Trains fixed tiny students for a few steps on the started backend. */
export async function computeCheck(): Promise<CheckValues> {
  const values: CheckValues = {};
  for (const [name, config] of Object.entries(students))
    await withTraining(config, featureWidth, async (training, features) => {
      values[name] = { loss: [], gradientNorm: [] };
      for (let step = 0; step < steps; step++) {
        const measures = trainingStep(training, step, features());
        values[name].loss.push((await measures.loss.data<'float32'>())[0]);
        values[name].gradientNorm.push((await measures.gradientNorm.data<'float32'>())[0]);
        tf.dispose(measures);
      }
    });
  return values;
}

/** The greatest difference between found and stored values, as a share of them, and where it is. */
export function worstDeviation(found: CheckValues, expected: CheckValues = stored): { deviation: number; where: string } {
  let worst = { deviation: 0, where: 'nowhere' };
  for (const [name, values] of Object.entries(expected))
    for (const kind of ['loss', 'gradientNorm'] as const)
      values[kind].forEach((wanted, step) => {
        const got = found[name]?.[kind][step] ?? NaN;
        const off = Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));
        const deviation = Number.isFinite(off) ? off : Number.MAX_VALUE;
        if (deviation > worst.deviation) worst = { deviation, where: `${kind} of step ${step + 1} (${name}) is ${got}, not ${wanted}` };
      });
  return worst;
}

const patienceMs = 6_000;
/** Below this a step would take minutes: plain JavaScript, a graphics driver that draws by the processor. */
const leastGflops = 2;

/** Milliseconds of a training step of the small preset with 4 images: the fastest of some, without the first unless that is all that there is time for. */
async function measureStep(): Promise<number> {
  const times: number[] = [];
  await withTraining({ ...presetConfig('small'), batch: 4, mapSteps: 0 }, 256, async (training, features) => {
    const begun = performance.now();
    for (let step = 0; step < 8 && (step < 1 || performance.now() - begun < patienceMs); step++) {
      const start = performance.now();
      const measures = trainingStep(training, step, features());
      await measures.gradientNorm.data();
      tf.dispose(measures);
      times.push(performance.now() - start);
    }
  });
  return times.length > 1 ? Math.min(...times.slice(1)) : times[0];
}

/** A student with random weights, none of which is zero, and random features for it. */
async function withTraining(config: TrainingConfig, width: number, work: (training: Training, features: () => Float32Array) => Promise<void>): Promise<void> {
  const random = new RandomStream(config.seed, 'order');
  const student = Student.create(studentShape(config, width), config.seed, { trainable: true });
  const weights = await student.parameters.read();
  for (const { data } of weights) for (let i = 0; i < data.length; i++) data[i] += 0.2 * random.normal();
  student.parameters.write(weights);
  if (config.quantizer === 'vector') startCodebook(student.parameters, student.shape, config.views * config.batch);
  const training = beginTraining(config, student);
  try {
    await work(training, () => Float32Array.from({ length: config.views * config.batch * width }, () => random.normal()));
  } finally {
    endTraining(training);
    student.dispose();
  }
}

/** Starts one backend in this process, which should have no other, checks and measures it; never throws for one that does not work. */
export async function examineBackend(name: string, o: { threads?: number } = {}): Promise<BackendReport> {
  const known = backendNames.find((candidate) => candidate === name);
  if (!known) throw new GlyphscopeError('INVALID_INPUT', `${name} is no backend: expected ${backendNames.join(', ')}.`, { subject: 'backend' });
  const report = { name: known, gflops: null, stepMs: null, deviation: null, remedy: null };
  // CUDA's libraries else round the factors of products to 10 bits (TF32), which is fit for training but not for this.
  if (known === 'tensorflow-gpu') process.env.NVIDIA_TF32_OVERRIDE = '0';
  try {
    const { description, failure } = await startBackend([known], o);
    const failed = failure?.then((error) => Promise.reject(error)) ?? new Promise<never>(() => undefined);
    return await Promise.race([failed, examineStarted(description, report)]);
  } catch (error) {
    const { message, remedy } = toErrorDetail(error);
    return { ...report, available: false, detail: message, remedy: remedy ?? null };
  }
}

async function examineStarted(description: string, report: Omit<BackendReport, 'available' | 'detail'>): Promise<BackendReport> {
  const { deviation, where } = worstDeviation(await computeCheck());
  if (deviation > checkTolerance)
    return { ...report, available: false, deviation, detail: `${description} computes wrongly: ${where}.`, remedy: 'Run `glyphscope setup-compute` to set it up again; update the driver if it uses a graphics card.' };
  const gflops = await measureSpeed();
  return { ...report, available: true, deviation, gflops, stepMs: gflops < leastGflops ? null : await measureStep(), detail: description };
}
