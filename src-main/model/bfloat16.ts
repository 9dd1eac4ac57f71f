import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Whether the started backend multiplies matrices of bfloat16 faster than those of float32: native TensorFlow on a
 * processor with instructions for it (AVX512-BF16 or AMX), where oneDNN uses them. Elsewhere the same products are slower.
 * A GPU is left out: its float32 products are rounded to 10 bits by itself (TF32).
 */
export function hasBfloat16(): boolean {
  const { isUsingGpuDevice } = tf.backend() as { isUsingGpuDevice?: boolean };
  return tf.getBackend() === 'tensorflow' && !isUsingGpuDevice && processorHasBfloat16();
}

function processorHasBfloat16(): boolean {
  try {
    return /^flags\s*:.*\b(?:avx512_bf16|amx_bf16)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false; // no Linux: native TensorFlow is not set up there
  }
}
