import { describe, expect, it } from 'vitest';
import { gpuFailure, gpuLost, isGpuFailure } from '../../../src-main/model/backend-failures';

const code = (message: string) => gpuFailure(new Error(message))?.code ?? null;

describe('a failure on a GPU', () => {
  it.each([
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[2048,8192] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc [Op:MatMul]',
    'Invalid TF_Status: 13\nMessage: Failed to allocate 1.00GiB: CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    'Invalid TF_Status: 13\nMessage: CUBLAS_STATUS_ALLOC_FAILED',
    'GPUOutOfMemoryError: Failed to allocate memory for buffer',
    'createBuffer failed to allocate a buffer mapped at creation.',
    'vkAllocateMemory failed with VK_ERROR_OUT_OF_DEVICE_MEMORY',
  ])('by its memory: %s', (message) => expect(code(message)).toBe('GPU_OUT_OF_MEMORY'));

  it.each([
    'Invalid TF_Status: 13\nMessage: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered',
    'Invalid TF_Status: 13\nMessage: Failed to memcpy: cudaErrorLaunchFailure',
    'CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)',
    'vkQueueSubmit failed with VK_ERROR_DEVICE_LOST',
    'DXGI_ERROR_DEVICE_REMOVED (0x887A0005)',
    'Device is lost',
  ])('by the card or its driver: %s', (message) => expect(code(message)).toBe('GPU_LOST'));

  it.each([
    'Invalid TF_Status: 3\nMessage: Incompatible shapes: [2,3] vs. [4]',
    'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[9] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu',
    'no weight is named x',
  ])('is not seen in another: %s', (message) => expect(code(message)).toBeNull());

  it('tells what the driver said, and what to do', () => {
    const failure = gpuFailure(new Error('Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[4]'));
    expect(failure?.message).toBe("The GPU's memory is full: OOM when allocating tensor with shape[4]");
    expect(failure?.remedy).toContain('lower the micro-batch');
    expect(gpuLost('it was unplugged.').message).toBe('The GPU was lost: it was unplugged.');
    expect(isGpuFailure('GPU_LOST') && isGpuFailure('GPU_OUT_OF_MEMORY') && !isGpuFailure('DISK_FULL')).toBe(true);
  });
});
