import { describe } from 'vitest';
import { startBackend } from '../../src-main/model/backend';
import { compareKernels } from './kernels';
import { compareLosses } from './losses';
import { compareSteps } from './steps';

const backend = await startBackend('auto', { threads: 1 });

describe.skipIf(backend.name !== 'tensorflow')(`native TensorFlow computes as PyTorch does (here: ${backend.description})`, () => {
  compareKernels();
  compareLosses();
  compareSteps();
});
