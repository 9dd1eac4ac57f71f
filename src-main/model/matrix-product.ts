import * as tf from '@tensorflow/tfjs-core';

/** a [n, d] times b [m, d] transposed, row-major [n, m], on the started backend: what evaluation/matrix-product.ts asks for. */
export async function backendProduct(a: Float32Array, n: number, b: Float32Array, m: number, d: number): Promise<Float32Array> {
  const [rows, columns, depth] = [fewSizes(n), fewSizes(m), fewSizes(d)];
  const product = tf.tidy(() => {
    const whole = tf.matMul(padded(a, n, d, rows, depth), padded(b, m, d, columns, depth), false, true);
    return rows === n && columns === m ? whole : tf.slice(whole, [0, 0], [n, m]);
  });
  const values = await product.data<'float32'>();
  product.dispose();
  return values;
}

/**
 * The next size of four significant bits, up to 4,096: the rows of an evaluation are the different embeddings, whose number
 * is another each time, and native TensorFlow keeps what it has compiled for each shape that it ever saw.
 */
function fewSizes(size: number): number {
  if (size >= 4096) return size;
  const step = 2 ** Math.max(0, Math.floor(Math.log2(Math.max(1, size))) - 3);
  return Math.ceil(size / step) * step;
}

/** A matrix [n, d] with rows and columns of zeros after its own. */
function padded(values: Float32Array, n: number, d: number, rows: number, width: number): tf.Tensor2D {
  const matrix = tf.tensor2d(values.subarray(0, n * d), [n, d]);
  return rows === n && width === d ? matrix : tf.pad2d(matrix, [[0, rows - n], [0, width - d]]);
}
