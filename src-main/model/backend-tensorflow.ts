import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { GlyphscopeError } from '../contract/errors';
import { setUp, tensorflowBinding } from './backend-files';

const require = createRequire(import.meta.url);

/** tfjs-node's binding, with what scripts/tensorflow/binding.cc adds. */
interface Binding {
  TF_Version: string;
  addFunction?: unknown;
  readTensor?(id: number): Promise<ArrayBuffer>;
}

/** What is used of tfjs-node's backend (dist/nodejs_kernel_backend.d.ts). */
interface NativeBackend extends tf.KernelBackend {
  isUsingGpuDevice: boolean;
  binding: Binding;
  /** `values` until a tensor is first computed with; `id` is the binding's. */
  tensorMap: tf.DataStorage<{ id: number; dtype: tf.DataType; values: tf.BackendValues | null }>;
}

const arrays: Partial<Record<tf.DataType, new (buffer: ArrayBuffer) => tf.TypedArray>> = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };

/**
 * Has `data()` wait for a tensor in a thread of the binding, so that this one gives the GPU its next work meanwhile.
 * tfjs-node's own waits right here, as `dataSync()` does. Nothing changes with a binding that has no readTensor.
 */
export function readInAnotherThread(backend: NativeBackend): void {
  const { binding, read } = backend;
  backend.read = async (dataId) => {
    const { id, dtype, values } = backend.tensorMap.get(dataId);
    const array = arrays[dtype];
    return values || !array || !binding.readTensor ? read.call(backend, dataId) : new array(await binding.readTensor(id));
  };
}

/**
 * Makes TensorFlow.js compute by native TensorFlow, through the binding that scripts/setup-tensorflow.mjs compiled.
 * @param threads threads of one operation on the processor; every core when left out
 * @throws BACKEND_UNAVAILABLE; without a remedy where the machine has no GPU to use
 */
export async function loadTensorflow(variant: 'cpu' | 'gpu', threads?: number): Promise<string> {
  const gpu = variant === 'gpu';
  const file = tensorflowBinding(variant);
  // Read by libtensorflow once, when its context starts.
  if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.TF_NUM_INTEROP_THREADS ??= String(Math.min(3, threads ?? os.availableParallelism())); // a step's time on 4 cores: 1: 1.36, 2: 1.03, 3: 1, 6: 1.03
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'; // notices about processor features; warnings and errors stay
  if (!gpu) process.env.CUDA_VISIBLE_DEVICES = '-1'; // a library for the GPU computes on the processor then
  else {
    process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= 'true'; // else it takes the whole card, and a student beside it has none
    process.env.XLA_FLAGS ??= `--xla_gpu_cuda_data_dir=${path.join(path.dirname(file), 'nvidia', 'cuda_nvcc')}`; // libdevice and ptxas
  }
  // tfjs-node 4.22 calls two helpers that newer Node versions no longer have.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray = Array.isArray;
  // Its kernels register themselves with the tfjs-core that this file imports: there is one copy.
  require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
  const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as {
    NodeJSKernelBackend: new (binding: Binding, packageName: string) => NativeBackend;
  };
  const binding = require(file) as Binding;
  const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu');
  if (gpu && !backend.isUsingGpuDevice)
    throw new GlyphscopeError('BACKEND_UNAVAILABLE', 'TensorFlow finds no GPU that it can use, though an NVIDIA driver is here.', { remedy: `Check that \`nvidia-smi\` prints a card and a driver of version 525.60 or newer, then run \`${setUp.gpu}\`.` });
  if (gpu) readInAnotherThread(backend); // the processor has computed a tensor before it can be asked for
  tf.registerBackend('tensorflow', () => backend, 3);
  const count = threads ?? os.availableParallelism();
  const place = gpu ? 'the GPU by CUDA' : `${count} processor ${count === 1 ? 'thread' : 'threads'}`;
  return `TensorFlow ${binding.TF_Version} on ${place}${binding.addFunction ? '' : ', operations one by one (its binding cannot add functions)'}`;
}
