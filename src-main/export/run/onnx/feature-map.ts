import type { StudentShape } from '../../../model/shapes';
import type { Value } from './graph';
import { perceptron, type GraphWeights } from './layers';

/** Teacher features as the student sees them, [R, Z] → [R, C]. Mirrors model/feature-map.ts. */
export function featureMap(weights: GraphWeights, shape: StudentShape, features: Value): Value {
  const { graph: g } = weights;
  const { featureWidth: Z, channels: C, mapHidden: H } = shape;
  const length = g.squareRoot(g.add(g.sumOfSquares(features), g.number(1e-12)));
  const centred = g.subtract(g.divide(features, length), weights.get('feature.mean', [Z]));
  const a = g.product(centred, weights.get('feature.map', [Z, H > 0 ? Z : C]));
  if (H === 0) return a;
  const y = g.add(g.product(a, weights.get('feature.linear.weight', [Z, C])), perceptron(weights, 'feature', a, { input: Z, hidden: H, output: C }));
  const off = g.subtract(y, weights.get('feature.centre', [C]));
  return g.multiply(g.divide(off, g.squareRoot(g.add(g.sumOfSquares(off), g.number(1e-12)))), g.number(Math.sqrt(C)));
}
