import { describe } from 'vitest';
import { startBackend } from '../../src-main/model/backend';
import { compareKernels } from './kernels';
import { compareLosses } from './losses';
import { compareSteps } from './steps';

await startBackend('wasm');

describe('WebAssembly computes as PyTorch does', () => {
  compareKernels();
  compareLosses();
  compareSteps();
});
