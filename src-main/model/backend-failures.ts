import type { BackendName } from '../contract/config';
import { GlyphscopeError, type ErrorCode } from '../contract/errors';

export const usesGpu = (name: BackendName): boolean => name === 'tensorflow-gpu' || name === 'webgpu';

const remedy = 'To use the GPU again, close other programs that use it or lower the micro-batch, then start anew.';

/** What TensorFlow (status 8, its allocator, CUDA and its libraries) and Dawn (WebGPU, Vulkan, Direct3D) write when memory has run out. */
const outOfMemory = /TF_Status: 8\b|RESOURCE_EXHAUSTED|OOM when allocating|out of memory|OUT_OF_(?:DEVICE_)?MEMORY|E_OUTOFMEMORY|cudaErrorMemoryAllocation|STATUS_ALLOC_FAILED|OutOfMemoryError|failed to allocate a buffer/i;
/** The same of the processor's memory, which another backend does not cure. */
const processorMemory = /by allocator (?:mkl)?cpu|VK_ERROR_OUT_OF_HOST_MEMORY/i;
/** What they write when a GPU or its driver has stopped. */
const lost = /CUDA_ERROR_[A-Z_]+|cudaError[A-Z]\w+|\bCU(?:BLAS|DNN|SOLVER|FFT|SPARSE)_STATUS_[A-Z_]+|CUDA error|fallen off the bus|VK_ERROR_DEVICE_LOST|DXGI_ERROR_DEVICE_[A-Z]+|(?:device|GPU)\b[^\n]* (?:is|was) lost/i;

/**
 * What the failure of a computation on a GPU means: GPU_OUT_OF_MEMORY or GPU_LOST with what TensorFlow or Dawn said, null
 * for any other failure. To be asked only of a backend that uses a GPU.
 */
export function gpuFailure(error: unknown): GlyphscopeError | null {
  const said = error instanceof Error ? error.message : String(error);
  if (processorMemory.test(said)) return null;
  const [kind, pattern] = outOfMemory.test(said) ? (['GPU_OUT_OF_MEMORY', outOfMemory] as const) : (['GPU_LOST', lost] as const);
  const telling = said.split('\n').filter((line) => pattern.test(line));
  if (telling.length === 0) return null;
  // The binding puts the status' number on a line of its own, before the message.
  const reason = telling[0].startsWith('Invalid TF_Status') ? said.split('\n').slice(1).join(' ') : telling[0];
  const short = reason.replace(/^Message:\s*/, '').trim().slice(0, 300);
  return kind === 'GPU_OUT_OF_MEMORY' ? new GlyphscopeError(kind, `The GPU's memory is full: ${short}`, { subject: 'backend', remedy, cause: error }) : gpuLost(short, error);
}

/** @param reason what the driver, or the operating system, said */
export function gpuLost(reason: string, cause?: unknown): GlyphscopeError {
  return new GlyphscopeError('GPU_LOST', `The GPU was lost: ${reason}`, { subject: 'backend', remedy, cause });
}

export const isGpuFailure = (code: ErrorCode): boolean => code === 'GPU_OUT_OF_MEMORY' || code === 'GPU_LOST';
