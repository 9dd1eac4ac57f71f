import * as kernel from './kernels';
import type { Parameters, WeightsInUse } from './parameters';
import type { RandomStream } from './random';
import type { StudentShape } from './shapes';
import type { Value } from './tape';
import { layer } from './transformer';

/**
 * DINO's head (Caron et al. 2021, section 3.2): three layers with GELU to a bottleneck of unit length, then a
 * weight-normed layer of P outputs whose gains are fixed at 1. P_S and P_T have one shape.
 */
export function addProjector(parameters: Parameters, name: string, shape: StudentShape, random: RandomStream): void {
  const widths = [shape.channels, shape.projectorHidden, shape.projectorHidden, shape.projectorBottleneck];
  for (let i = 0; i < 3; i++) {
    parameters.addMatrix(`${name}.layer${i}.weight`, widths[i], widths[i + 1], random);
    parameters.addZeros(`${name}.layer${i}.bias`, [widths[i + 1]]);
  }
  parameters.addMatrix(`${name}.last.weight`, shape.projectorBottleneck, shape.projectorOutputs, random);
}

/** Up to the bottleneck: [N, C] → [N, F], rows of length 1. */
export function bottleneck(weights: WeightsInUse, name: string, x: Value): Value {
  const { tape } = weights;
  let hidden = x;
  for (let i = 0; i < 2; i++) hidden = kernel.gelu(tape, layer(weights, `${name}.layer${i}`, hidden));
  return kernel.unitRows(tape, layer(weights, `${name}.layer2`, hidden));
}

/** The last layer's matrix with columns of length 1: [F, P]. */
export function lastLayer(weights: WeightsInUse, name: string): Value {
  return kernel.unitColumns(weights.tape, weights.get(`${name}.last.weight`));
}
