import * as tf from '@tensorflow/tfjs-core';

/** a [n, d] times b [m, d] transposed, row-major [n, m], on the started backend: what evaluation/matrix-product.ts asks for. */
export async function backendProduct(a: Float32Array, n: number, b: Float32Array, m: number, d: number): Promise<Float32Array> {
  const product = tf.tidy(() => tf.matMul(tf.tensor2d(a.subarray(0, n * d), [n, d]), tf.tensor2d(b.subarray(0, m * d), [m, d]), false, true));
  const values = await product.data<'float32'>();
  product.dispose();
  return values;
}
