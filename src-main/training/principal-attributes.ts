import * as tf from '@tensorflow/tfjs-core';
import { symmetricEigen } from '../model/symmetric-eigen';

/** Attributes of an image, and equally frequent values of each. */
const directions = 8;
const values = 4;
export const attributeNote = `the teacher's features along their ${directions} principal directions, each cut into ${values} equal parts of the images: the collection has no attributes of its own but the label`;

/**
 * Attributes for posdis and bosdis from features alone: for each of the principal directions (the eigenvectors of the
 * covariance with the largest eigenvalues; K. Pearson, 1901) the quarter of all images, by rank, in which an image lies.
 * The directions are uncorrelated, so that a symbol can name one and not another.
 * @param features [n, width], centred
 * @returns for each attribute its values [n], 0 … 3
 */
export async function principalAttributes(features: Float32Array, width: number): Promise<Uint8Array[]> {
  const n = features.length / width;
  const kept = Math.min(directions, width);
  const points = tf.tensor2d(features, [n, width]);
  const covariance = tf.tidy(() => tf.matMul(points, points, true, false));
  const { vectors } = symmetricEigen(await covariance.data<'float32'>(), width);
  const projected = tf.tidy(() => tf.matMul(tf.tensor2d(Float32Array.from(vectors.subarray(0, kept * width)), [kept, width]), points, false, true)); // [kept, n]
  const rows = await projected.data<'float32'>();
  tf.dispose([points, covariance, projected]);
  return Array.from({ length: kept }, (_, a) => {
    const along = rows.subarray(a * n, (a + 1) * n);
    const order = Int32Array.from(along.keys()).sort((i, j) => along[i] - along[j] || i - j);
    const quarter = new Uint8Array(n);
    order.forEach((image, rank) => (quarter[image] = Math.floor((rank * values) / n)));
    return quarter;
  });
}
