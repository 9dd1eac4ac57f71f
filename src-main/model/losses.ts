import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../contract/config';
import { scoreSymbols, writeSymbols } from './descriptor';
import { interpretSymbols } from './interpreter';
import * as kernel from './kernels';
import * as op from './operations';
import type { Tensor } from './operations';
import { WeightsInUse } from './parameters';
import { bottleneck, lastLayer } from './projector';
import { choiceInTraining, quantize, type QuantizerOptions } from './quantizer';
import { imitatedCodes, type Student } from './student';
import { residualSymbols, symbolCrossEntropy, unevenUse } from './symbol-losses';
import { Tape, type Value } from './tape';

/**
 * What one step of training is given. Rows are ordered by view first: row v·B + b is view v of image b. What changes
 * from step to step comes as a tensor, so that a step can be traced once and replayed.
 */
export interface LossInput
  extends Omit<QuantizerOptions, 'temperature'>,
    Pick<TrainingConfig, 'projectionWeight' | 'alignmentWeight' | 'diversityWeight' | 'crossView' | 'studentTemperature'> {
  /** Teacher features z_t of all views, [V·B, Z]. */
  features: Tensor;
  /** The teacher's tokens of all views, [V·B, N, T]; for a student that looks at them. */
  tokens?: Tensor;
  views: number;
  /** A scalar. */
  quantizerTemperature: Tensor;
  /** Weight of each prefix, summing to 1. */
  prefixWeights: Float32Array;
  /** A scalar. */
  teacherTemperature: Tensor;
  /** What part of the batch these rows are, 0 to 1: the gradients are multiplied with it, so that those of all parts add up. */
  share?: number;
  /** Mean use of the symbols by the whole batch (symbolUse), [L, 1, K]; needed for the diversity of a batch that is computed in parts. */
  use?: Tensor;
  /** Weight of the imitation of residual k-means codes, a scalar; absent when nothing is imitated. */
  imitation?: Tensor;
}

/** Everything that a step leaves: gradients and what the curves show. The caller disposes of all. */
export type LossResult = {
  loss: Tensor;
  gradients: Record<string, Tensor>;
  /** Chosen symbols, one-hot or soft, [L, V·B, K]. */
  symbols: Tensor;
  /** What they were chosen by where symbols have code vectors, [L, V·B, E]. */
  queries?: Tensor;
  /** The loss of each row after each prefix before the prefix weights, [L, V·B]. */
  lossByRow: Tensor;
  /** Absent when the projection has no weight. */
  projection?: {
    /** H(p_t, p_s) of each row after each prefix, [L, V·B]. */
    entropies: Tensor;
    /** p_t as the student saw them, [V·B, P]. */
    targets: Tensor;
    /** Mean of the teacher's outputs P_T(z_t), [P], for the centre. */
    teacherMean: Tensor;
  };
};

/**
 * λ^j for j = 1 … L, divided by their sum, so that learning rate and clipping mean the same for every λ and L: the
 * paper's loss but for that factor. Without prefix loss, all weight on the full description.
 */
export function prefixWeights({ prefixWeight, prefixLoss, length }: Pick<TrainingConfig, 'prefixWeight' | 'prefixLoss' | 'length'>): Float32Array {
  const weights = Float32Array.from({ length }, (_, j) => (prefixLoss ? prefixWeight ** (j + 1) : Number(j === length - 1)));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The loss of one batch and its gradients for the student's weights. With R = V·B views, weights w_j and
 * p_t = softmax((P_T(z_t) − c) / τ_t), p_s = softmax(P_S(z_s) / τ_s):
 *
 *   1/R Σ_r Σ_j w_j [ projectionWeight · H(p_t^(r), p_s^(r,j)) + alignmentWeight · (1 − cos(z_s^(r,j), z_t^(r))) ]
 *
 * With crossView the targets of a view are the means over the image's other views: the sum of H over all pairs of
 * different views, as in DINO, is linear in p_t. No gradient flows into the teacher's side. The quantizer's own loss is
 * added, diversityWeight · unevenUse, and imitationWeight · the cross-entropy of the symbols, given the residual k-means
 * codes before, with those codes.
 */
export function studentLoss(student: Student, input: LossInput): LossResult {
  return tf.tidy((): LossResult => {
    const { shape } = student;
    const tape = new Tape(true);
    const weights = new WeightsInUse(tape, student.parameters);
    const x = student.normalise(input.features);
    const seen = { x, tokens: input.tokens };
    const rows = x.shape[0];

    const options: QuantizerOptions = { ...input, temperature: input.quantizerTemperature };
    const written = writeSymbols(weights, shape, seen, choiceInTraining(shape, options));
    const scores = scoreSymbols(weights, shape, seen, written.symbols);
    const quantized = quantize(weights, shape, scores, written.symbols, options);
    const embeddings = interpretSymbols(weights, shape, quantized);

    const rowWeights = tf.tidy(() => repeatRows(input.prefixWeights, rows));
    const terms: { value: Value; factor: Tensor }[] = [];
    const byRow: Tensor[] = [];
    let projection: LossResult['projection'];
    if (input.projectionWeight > 0) {
      const { targets, teacherMean } = teacherTargets(weights, x, input);
      const projected = kernel.projectedCrossEntropy(tape, bottleneck(weights, 'projector', embeddings), lastLayer(weights, 'projector'), forEachPrefix(targets, shape.length), rowWeights, input.studentTemperature);
      terms.push({ value: projected.loss, factor: op.constant(input.projectionWeight) });
      byRow.push(op.scale(op.reshape(projected.entropies, [shape.length, rows]), input.projectionWeight));
      projection = { entropies: op.reshape(projected.entropies, [shape.length, rows]), targets, teacherMean };
    }
    if (input.alignmentWeight > 0) {
      const aligned = kernel.cosineDistance(tape, embeddings, forEachPrefix(alignmentTargets(x, input), shape.length), rowWeights);
      terms.push({ value: aligned.loss, factor: op.constant(input.alignmentWeight) });
      byRow.push(op.scale(op.reshape(aligned.distances, [shape.length, rows]), input.alignmentWeight));
    }
    if (quantized.loss) terms.push({ value: quantized.loss, factor: op.constant(1) });
    if (input.diversityWeight > 0) terms.push({ value: unevenUse(tape, scores.logits, input.use), factor: op.constant(input.diversityWeight) });
    if (input.imitation) {
      const codes = residualSymbols(x, weights.get(imitatedCodes).tensor);
      terms.push({ value: symbolCrossEntropy(tape, scoreSymbols(weights, shape, seen, codes).logits, codes), factor: input.imitation });
    }
    const loss = kernel.weightedSum(tape, terms);
    tape.backward(loss, tf.scalar(input.share ?? 1), [loss]);
    return { loss: loss.tensor, gradients: weights.gradients(), symbols: written.symbols, ...(written.queries && { queries: written.queries }), lossByRow: op.addMany(byRow), ...(projection && { projection }) };
  });
}

/** How likely each symbol is at each position, the mean over rows: [L, 1, K]. */
export function symbolUse(student: Student, input: LossInput): Tensor {
  return tf.tidy(() => {
    const weights = new WeightsInUse(new Tape(false), student.parameters);
    const seen = { x: student.normalise(input.features), tokens: input.tokens };
    const { logits } = writeSymbols(weights, student.shape, seen, choiceInTraining(student.shape, { ...input, temperature: input.quantizerTemperature }));
    return op.meanOver(op.softmax(logits), 1, true);
  });
}

/** p_t of each view (or of its other views) and the mean output for the centre. @param x normalised features [R, Z] */
function teacherTargets(weights: WeightsInUse, x: Tensor, input: LossInput): { targets: Tensor; teacherMean: Tensor } {
  const outputs = op.matrixProduct(bottleneck(weights, 'teacher', weights.tape.constant(x)).tensor, lastLayer(weights, 'teacher').tensor);
  const centred = op.subtract(outputs, weights.get('teacher.centre').tensor);
  const each = op.softmax(op.divide(centred, input.teacherTemperature));
  return { targets: input.crossView ? meanOfOtherViews(each, input.views) : each, teacherMean: op.meanOver(outputs, 0) };
}

/** Directions that the embeddings are drawn to: unit rows [R, Z]. */
function alignmentTargets(x: Tensor, input: LossInput): Tensor {
  const tape = new Tape(false);
  return kernel.unitRows(tape, tape.constant(input.crossView ? meanOfOtherViews(x, input.views) : x)).tensor;
}

/** For row v·B + b the mean over the rows of b's other views. */
function meanOfOtherViews(x: Tensor, views: number): Tensor {
  const [rows, width] = x.shape as number[];
  const byView = op.reshape(x, [views, rows / views, width]);
  const others = op.subtract(op.sumOver(byView, 0, true), byView);
  return op.reshape(op.scale(others, 1 / (views - 1)), [rows, width]);
}

/** The same rows for each of L positions: [R, D] → [L·R, D]. */
function forEachPrefix(x: Tensor, length: number): Tensor {
  return tf.tile(x as tf.Tensor2D, [length, 1]);
}

/** Weight w_j / R of each row: [L·R, 1]. */
function repeatRows(weights: Float32Array, rows: number): Tensor {
  const values = new Float32Array(weights.length * rows);
  weights.forEach((weight, j) => values.fill(weight / rows, j * rows, (j + 1) * rows));
  return tf.tensor2d(values, [values.length, 1]);
}

/** Gumbel noise −ln(−ln u) · factor from uniform numbers. */
export function gumbelNoise(uniforms: Tensor, factor: number): Tensor {
  return tf.tidy(() => op.scale(op.logarithm(op.scale(op.logarithm(uniforms), -1)), -factor));
}

/** Mean of −Σ p ln p over the rows of p [R, P], in nats. */
export function entropyOfRows(p: Tensor): Tensor {
  return op.scale(op.meanOver(op.sumOver(op.multiply(p, op.logarithm(op.maximum(p, op.constant(1e-30)))), 1), 0), -1);
}
