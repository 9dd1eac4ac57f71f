import { afterEach, describe, expect, it, vi } from 'vitest';
import { startBackend } from '../../../src-main/model/backend';
import { backendStamp } from '../../../src-main/model/backend-files';

/** Folders without a backend, and no driver: this process starts none before its last test. */
const nothing = () => {
  for (const name of ['GLYPHSCOPE_TENSORFLOW', 'GLYPHSCOPE_TENSORFLOW_GPU', 'GLYPHSCOPE_WEBGPU']) vi.stubEnv(name, '/nowhere');
};

describe('a backend that is not here', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('says what is missing and which command sets it up', async () => {
    nothing();
    await expect(startBackend('tensorflow')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE', subject: 'tensorflow', message: 'Native TensorFlow is not set up (no /nowhere/tfjs_binding.node).', remedy: 'Run `glyphscope setup-compute` to set it up.',
    });
    await expect(startBackend('webgpu')).rejects.toMatchObject({ message: 'WebGPU is not set up (no /nowhere/dawn.node).', remedy: 'Run `glyphscope setup-compute --webgpu` to set it up.' });
    await expect(startBackend('tensorflow-gpu')).rejects.toMatchObject({ message: expect.stringMatching(/NVIDIA driver|not set up/) as string, remedy: expect.stringMatching(/auto|--gpu/) as string });
    expect(() => backendStamp('tensorflow')).toThrow('is not set up');
  });

  it('is passed over for the next that starts', async () => {
    nothing();
    const started = await startBackend(['tensorflow', 'cpu']);
    expect(started).toMatchObject({ name: 'cpu', description: expect.stringContaining('plain JavaScript') as string });
    expect(started.missed[0]).toMatch(/^tensorflow: Native TensorFlow/);
  });
});
