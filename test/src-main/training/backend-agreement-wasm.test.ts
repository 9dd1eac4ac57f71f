import { expect, it } from 'vitest';
import { startBackend } from '../../../src-main/model/backend';
import { checkTolerance, computeCheck, worstDeviation } from '../../../src-main/training/backend-check';

it('three training steps of two students in WebAssembly give the stored losses and gradient norms', async () => {
  const { description } = await startBackend('wasm');
  expect(worstDeviation(await computeCheck()).deviation, description).toBeLessThan(checkTolerance);
});
