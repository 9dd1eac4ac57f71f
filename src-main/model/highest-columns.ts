import * as tf from '@tensorflow/tfjs-core';

/** Columns that are searched as one at most: a matrix whose number of columns is a multiple of it is searched fastest. */
export const groupColumns = 64;

/** Values and where they stand, both [q, k], highest first, of equal ones the first. */
export type Highest = [tf.Tensor2D, tf.Tensor2D];

/**
 * The k highest columns of each row. Of groups of columns only the k with the highest maxima can hold them, and maxima cost a
 * tenth of a search for the k highest through all columns. Groups of about √(columns / k) leave the least to search. They
 * stay in their order, so that of equal columns the first counts.
 */
export function highestColumns(values: tf.Tensor2D, k: number): Highest {
  const [q, columns] = values.shape;
  const size = Math.min(groupColumns, 2 ** Math.round(Math.log2(Math.sqrt(columns / k))));
  const groups = columns / size;
  if (!Number.isInteger(groups) || groups <= 2 * k) {
    const highest = tf.topk(values, Math.min(k, columns));
    return [highest.values, highest.indices];
  }
  const grouped = tf.reshape(values, [q, groups, size]);
  const best = tf.topk(tf.max<tf.Tensor2D>(grouped, 2), k).indices;
  const inOrder = tf.neg(tf.topk(tf.neg(best), k).values);
  const candidates = tf.reshape(tf.gather(grouped, inOrder, 1, 1), [q, k * size]);
  const places = tf.add(tf.mul(tf.expandDims(inOrder, 2), tf.scalar(size, 'int32')), tf.range(0, size, 1, 'int32'));
  return within(candidates as tf.Tensor2D, tf.reshape(places, [q, k * size]) as tf.Tensor2D, k);
}

/** The k highest of those found before and of those of a block that begins at row `from`. */
export function joined(before: Highest | null, [values, columns]: Highest, from: number, k: number): Highest {
  const rows = tf.add<tf.Tensor2D>(columns, tf.scalar(from, 'int32'));
  return before === null ? [values, rows] : within(tf.concat([before[0], values], 1), tf.concat([before[1], rows], 1), k);
}

/** The k highest of the values, or all, with what stands at their places in `marks`; both [q, columns]. */
function within(values: tf.Tensor2D, marks: tf.Tensor2D, k: number): Highest {
  const highest = tf.topk(values, Math.min(k, values.shape[1]));
  return [highest.values, tf.gather(marks, highest.indices, 1, 1)];
}
