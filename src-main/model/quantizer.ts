import type { QuantizerName, TrainingConfig } from '../contract/config';
import { chosenCodes, quantizationLoss } from './code-kernels';
import type { Choice, Scores } from './descriptor';
import * as kernel from './kernels';
import type { Tensor } from './operations';
import type { WeightsInUse } from './parameters';
import type { StudentShape } from './shapes';
import type { Value } from './tape';

/** Symbols as the interpreter reads them. */
export interface Symbols {
  /** One-hot or soft, [L, R, K]. */
  symbols: Value;
  /** Their code vectors, [L, R, E]; null where symbols have none. */
  vectors: Value | null;
}

export interface Quantized extends Symbols {
  /** The quantizer's own loss, a scalar; null when it has none. */
  loss: Value | null;
}

export interface QuantizerOptions extends Pick<TrainingConfig, 'straightThrough' | 'vectorGradient' | 'commitmentWeight'> {
  /** Added to the logits, [L, R, K]; null for none. Of `gumbel` alone. */
  noise: Tensor | null;
  /** A scalar; `vector` does not use it. */
  temperature: Tensor;
}

interface Quantizer {
  /** How each next symbol is chosen while a description is written in training. At a test the likeliest is. */
  choice(o: QuantizerOptions): Choice;
  /** The written symbols with the gradient that reaches the scores they were chosen by. */
  quantize(weights: WeightsInUse, shape: StudentShape, scores: Scores, written: Tensor, o: QuantizerOptions): Quantized;
}

/** From scores to one symbol of K: the paper's three, by name. */
const quantizers: Record<QuantizerName, Quantizer> = {
  // Jang et al. 2017; Maddison et al. 2017: a sample of softmax(logits), in training softmax((logits + noise) / temperature).
  gumbel: {
    choice: (o) => ({ noise: o.noise, softTemperature: o.straightThrough ? null : o.temperature }),
    quantize: bySoftmax,
  },
  // The same without noise, at a temperature that falls until mixtures are nearly hard.
  sharpened: {
    choice: (o) => ({ noise: null, softTemperature: o.straightThrough ? null : o.temperature }),
    quantize: (weights, shape, scores, written, o) => bySoftmax(weights, shape, scores, written, { ...o, noise: null }),
  },
  // van den Oord et al. 2017: the nearest code of the position's codebook.
  vector: {
    choice: () => ({ noise: null, softTemperature: null }),
    quantize(weights, _shape, { queries }, written, o) {
      if (!queries) throw new Error('the vector quantizer needs a descriptor that writes queries');
      const { tape } = weights;
      const codes = weights.get('codes');
      return {
        symbols: tape.constant(written),
        vectors: chosenCodes(tape, queries, codes.tensor, written, o.vectorGradient),
        loss: quantizationLoss(tape, queries, codes, written, { codebook: codes.tracked ? 1 : 0, commitment: o.commitmentWeight }),
      };
    },
  },
};

function bySoftmax(weights: WeightsInUse, shape: StudentShape, { logits }: Scores, written: Tensor, o: QuantizerOptions): Quantized {
  const symbols = kernel.softSymbols(weights.tape, logits, o.noise, o.temperature, o.straightThrough ? written : null);
  return { ...withVectors(weights, shape, symbols), loss: null };
}

export function choiceInTraining(shape: StudentShape, o: QuantizerOptions): Choice {
  return quantizers[shape.quantizer].choice(o);
}

/**
 * One call for every quantizer.
 * @param scores of each position given the symbols written before it  @param written what was chosen, [L, R, K]
 */
export function quantize(weights: WeightsInUse, shape: StudentShape, scores: Scores, written: Tensor, o: QuantizerOptions): Quantized {
  return quantizers[shape.quantizer].quantize(weights, shape, scores, written, o);
}

/** Symbols of the first positions with their code vectors. @param symbols [n, R, K], n ≤ L */
export function withVectors(weights: WeightsInUse, shape: StudentShape, symbols: Value): Symbols {
  if (shape.codeWidth === 0) return { symbols, vectors: null };
  return { symbols, vectors: kernel.productByPosition(weights.tape, symbols, kernel.firstPositions(weights.tape, weights.get('codes'), symbols.shape[0])) };
}
