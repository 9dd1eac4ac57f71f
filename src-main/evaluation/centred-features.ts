import { unitRows } from './distinct-rows';

/** How features are measured, for the evaluation's protocol. */
export const centredFeatures = 'features of the clean image, of unit length and centred on the mean of the training images';

/**
 * Features at unit length, less the mean of the unit-length rows of `train`: what a teacher is measured with.
 * @param train, test [n, width] and [q, width]; not changed
 */
export function centreOnTraining(train: Float32Array, test: Float32Array, width: number): { train: Float32Array; test: Float32Array } {
  const sides = { train: unitRows(train, width), test: unitRows(test, width) };
  const mean = new Float64Array(width);
  for (let at = 0; at < train.length; at++) mean[at % width] += (sides.train[at] * width) / train.length;
  for (const rows of Object.values(sides)) for (let at = 0; at < rows.length; at++) rows[at] -= mean[at % width];
  return sides;
}
