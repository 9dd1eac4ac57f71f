import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { hasBfloat16 } from '../model/bfloat16';
import { followQueries, queryUse } from '../model/codebook';
import { entropyOfRows, gumbelNoise, prefixWeights, studentLoss, symbolUse, type LossInput } from '../model/losses';
import * as op from '../model/operations';
import type { Tensor } from '../model/operations';
import type { Student } from '../model/student';
import { traced } from '../model/traced';
import { followCentre, followStudent, gradientLength, type AdamW } from './optimizer';

/** What a step is given besides the weights. All that changes from step to step is here. */
export type StepInputs = Record<'features' | 'learningRate' | 'beta1Power' | 'beta2Power' | 'quantizerTemperature' | 'teacherTemperature' | 'teacherShare', Tensor> & {
  /** Uniform random numbers for the quantizer, [L, R, K]; absent when it takes none. */
  uniforms?: Tensor;
  /** The teacher's tokens, [V·B, N, T]; for a student that looks at them. */
  tokens?: Tensor;
  /** Rows for codes to be revived from, one-hot [L, K, R]; absent when none is. */
  candidates?: Tensor;
  /** Absent when nothing is imitated any more. */
  imitation?: Tensor;
  /** Of the whole batch, for a part of one whose diversity counts: see LossInput. */
  use?: Tensor;
};

/** What a step tells of itself; the caller disposes of them. */
export type StepMeasures = {
  /** Scalars. */
  loss: Tensor;
  gradientNorm: Tensor;
  /** [L]. */
  lossByPrefix: Tensor;
  /** How often each symbol was chosen at each position, [L, K]. */
  symbolCounts: Tensor;
  /** H(p_t), then H(p_t, p_s) after each prefix, [1 + L]; absent when the projection has no weight. */
  entropies?: Tensor;
};

/** What rows contribute to a step: what those of the parts of a batch contribute adds up to what the batch does. */
type Contribution = Omit<StepMeasures, 'gradientNorm'> & Partial<Record<'teacherMean' | 'querySums' | 'revivals', Tensor>> & Gradients;
/** By the name of the weight. */
type Gradients = Record<`gradient/${string}`, Tensor>;

/** A step of one kind, recorded at its first run. */
export interface StepComputation {
  run(inputs: StepInputs): StepMeasures;
  dispose(): void;
}

interface InTraining {
  config: TrainingConfig;
  student: Student;
  optimizer: AdamW;
}

/** The step that computes a batch as a whole or by micro-batches, as the config says. */
export function stepComputation(t: InTraining): StepComputation {
  const { batch, microBatch } = t.config;
  if (microBatch > 0 && microBatch < batch) return inParts(t, batch / microBatch);
  const step = (inputs: StepInputs): StepMeasures => {
    const whole = contributionOf(t, inputs, 1);
    return measuresOf(whole, update(t, { ...inputs, ...whole }));
  };
  return traced(step, precision(t));
}

/**
 * By micro-batches: one function of the runtime for each of them and one for the update, so that memory is that of a
 * micro-batch and of the gradients twice. All that a step makes of a batch is a sum or a mean over its rows, but for the
 * diversity, which is a function of a mean: that is found in a pass before. So a step by micro-batches differs from one of
 * the whole batch by the rounding of sums, and by nothing else.
 */
function inParts(t: InTraining, parts: number): StepComputation {
  const use = traced((inputs: StepInputs) => ({ use: op.scale(symbolUse(t.student, lossInput(t.config, inputs)), 1 / parts) }), precision(t));
  const contribution = traced((inputs: StepInputs) => contributionOf(t, inputs, parts), precision(t));
  const ending = traced((given: UpdateInputs) => update(t, given));
  return {
    run(inputs) {
      const each = Array.from({ length: parts }, (_, part) => partOf(t.config, inputs, part));
      const diversity = t.config.diversityWeight > 0 ? summed(each, (part) => use.run(part)) : {};
      const whole = summed(each, (part) => contribution.run({ ...part, ...diversity }));
      return measuresOf(whole, ending.run(forUpdate(inputs, whole)));
    },
    dispose: () => [use, contribution, ending].forEach((one) => one.dispose()),
  };
}

/** Loss and gradients alone have products of matrices. */
const precision = ({ config }: InTraining): { bfloat16: boolean } => ({ bfloat16: config.precision === 'bfloat16' && hasBfloat16() });

/** What each part gives, added up as it comes. */
function summed<T extends Partial<Record<string, Tensor>>>(parts: StepInputs[], compute: (part: StepInputs) => T): T {
  let sums: T | null = null;
  for (const part of parts) {
    const now = compute(part);
    for (const name of sums ? (Object.keys(now) as (keyof T)[]) : []) {
      const [before, added] = [sums?.[name], now[name]] as [Tensor, Tensor];
      now[name] = op.add(before, added) as T[keyof T];
      tf.dispose([before, added]);
    }
    sums = now;
  }
  return sums as T;
}

/** The inputs for the images of micro-batch number `part`: rows are in order of view, then image. */
function partOf({ views, batch, microBatch }: TrainingConfig, inputs: StepInputs, part: number): StepInputs {
  const images = (x: Tensor, axis: number): Tensor => {
    const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
    const size = (shape: number[]) => shape.reduce((a, b) => a * b, 1);
    const cut = tf.slice(op.reshape(x, [size(before), views, batch, size(after)]), [0, 0, part * microBatch, 0], [size(before), views, microBatch, size(after)]);
    return op.reshape(cut, [...before, views * microBatch, ...after]);
  };
  const { features, tokens, uniforms, candidates } = inputs;
  return {
    ...inputs,
    features: images(features, 0),
    ...(tokens && { tokens: images(tokens, 0) }),
    ...(uniforms && { uniforms: images(uniforms, 1) }),
    ...(candidates && { candidates: images(candidates, 2) }),
  };
}

function lossInput(config: TrainingConfig, inputs: StepInputs): LossInput {
  return { ...config, ...inputs, noise: inputs.uniforms ? gumbelNoise(inputs.uniforms, config.gumbelNoise) : null, prefixWeights: prefixWeights(config) };
}

/** Loss and gradients of one of so many equal parts of a batch, and what else the update needs of its rows. */
function contributionOf({ config, student }: InTraining, inputs: StepInputs, parts: number): Contribution {
  const result = studentLoss(student, { ...lossInput(config, inputs), share: 1 / parts });
  const { projection, queries } = result;
  const mean = (x: Tensor): Tensor => (parts === 1 ? x : op.scale(x, 1 / parts));
  const used = config.quantizer === 'vector' && queries ? queryUse(student.shape, queries, result.symbols, inputs.candidates) : null;
  return {
    loss: mean(result.loss),
    lossByPrefix: mean(op.meanOver(result.lossByRow, 1)),
    symbolCounts: used?.taken ?? op.sumOver(result.symbols, 1),
    ...(projection && {
      entropies: mean(op.concatenate([op.reshape(entropyOfRows(projection.targets), [1]), op.meanOver(projection.entropies, 1)], 0)),
      teacherMean: mean(projection.teacherMean),
    }),
    ...(used?.sums && { querySums: used.sums }),
    ...(used?.revivals && { revivals: used.revivals }),
    ...(Object.fromEntries(Object.entries(result.gradients).map(([name, gradient]) => [`gradient/${name}`, gradient])) as Gradients),
  };
}

const rates = ['learningRate', 'beta1Power', 'beta2Power', 'teacherShare'] as const;
type UpdateInputs = Pick<StepInputs, (typeof rates)[number]> & Pick<Contribution, 'symbolCounts' | 'teacherMean' | 'querySums' | 'revivals'> & Gradients;

function forUpdate(inputs: StepInputs, whole: Contribution): UpdateInputs {
  const { loss: _, lossByPrefix: __, entropies: ___, ...used } = whole;
  return { ...used, ...(Object.fromEntries(rates.map((name) => [name, inputs[name]])) as Pick<StepInputs, (typeof rates)[number]>) } as UpdateInputs;
}

/** Clipping, AdamW, then codebook, the teacher's projector and its centre follow. */
function update({ config, student, optimizer }: InTraining, given: UpdateInputs): Pick<StepMeasures, 'gradientNorm'> {
  const gradients = Object.fromEntries(Object.entries(given).flatMap(([name, tensor]) => (name.startsWith('gradient/') ? [[name.slice('gradient/'.length), tensor]] : [])));
  const { norm, scale } = gradientLength(gradients, config.gradientClip);
  optimizer.update(gradients, { ...given, gradientScale: scale });
  if (config.quantizer === 'vector') followQueries(student.parameters, student.shape, { taken: given.symbolCounts, sums: given.querySums, revivals: given.revivals }, config.views * config.batch, config);
  followStudent(student.parameters, given.teacherShare);
  if (given.teacherMean) followCentre(student.parameters, given.teacherMean, config.centreMomentum);
  return { gradientNorm: norm };
}

function measuresOf({ loss, lossByPrefix, symbolCounts, entropies }: Contribution, { gradientNorm }: Pick<StepMeasures, 'gradientNorm'>): StepMeasures {
  return { loss, gradientNorm, lossByPrefix, symbolCounts, ...(entropies && { entropies }) };
}
