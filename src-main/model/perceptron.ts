import * as kernel from './kernels';
import type { Parameters } from './parameters';
import type { RandomStream } from './random';
import type { Tape, Value } from './tape';

/** Widths of a network of two hidden layers of the same width. */
export interface PerceptronSizes {
  input: number;
  hidden: number;
  output: number;
}

/** Its weights by name, each with its shape. */
export function perceptronWeights({ input, hidden, output }: PerceptronSizes): { name: string; shape: number[] }[] {
  return [
    { name: 'layer0.weight', shape: [input, hidden] },
    { name: 'layer0.bias', shape: [hidden] },
    { name: 'layer1.weight', shape: [hidden, hidden] },
    { name: 'layer1.bias', shape: [hidden] },
    { name: 'layer2.weight', shape: [hidden, output] },
    { name: 'layer2.bias', shape: [output] },
  ];
}

/** Random hidden layers and a last layer that gives 0. */
export function addPerceptronStart(parameters: Parameters, { input, hidden, output }: PerceptronSizes, random: RandomStream): void {
  parameters.addMatrix('layer0.weight', input, hidden, random);
  parameters.addZeros('layer0.bias', [hidden]);
  parameters.addMatrix('layer1.weight', hidden, hidden, random);
  parameters.addZeros('layer1.bias', [hidden]);
  parameters.addMatrix('layer2.weight', hidden, output, random, 0);
  parameters.addZeros('layer2.bias', [output]);
}

/** Two hidden layers with GELU and layer norm, and a linear one: [R, input] → [R, output]. @param weight the value of `layer0.weight`, … */
export function perceptron(tape: Tape, x: Value, weight: (name: string) => Value): Value {
  let hidden = x;
  for (const layer of ['layer0', 'layer1']) hidden = kernel.layerNorm(tape, kernel.gelu(tape, kernel.linear(tape, hidden, weight(`${layer}.weight`), weight(`${layer}.bias`))));
  return kernel.linear(tape, hidden, weight('layer2.weight'), weight('layer2.bias'));
}
