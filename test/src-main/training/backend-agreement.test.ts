import { expect, it } from 'vitest';
import { checkTolerance, computeCheck, worstDeviation } from '../../../src-main/training/backend-check';
import { backend } from '../model/started-backend';

// Plain JavaScript is compared in backend-check.test.ts, WebAssembly in backend-agreement-wasm.test.ts, every backend of a
// machine, WebGPU on a software Vulkan included, by bench/backends/run.mjs: a process can have but one.
it('three training steps of two students on the best backend here give the stored losses and gradient norms', async () => {
  expect(worstDeviation(await computeCheck()).deviation, backend.description).toBeLessThan(checkTolerance);
});
