#!/usr/bin/env node
// Prepares the compute backends that this machine can use, outside node_modules. `glyphscope setup-compute` is the same and
// then checks and measures them.
//   node scripts/setup-compute.mjs [--gpu] [--webgpu] [--force]
// --gpu, --webgpu   also where neither a driver nor a card is seen
// --force           anew, even where it is ready
import { parseArgs } from 'node:util';
import { graphicsCard, nvidiaDriver, tensorflowVersion } from './compute-places.mjs';
import { isMain } from './project.mjs';
import { setupTensorflow } from './setup-tensorflow.mjs';
import { setupWebgpu } from './setup-webgpu.mjs';

const minutes = 60_000;

/** What can be prepared: when that is of use here, and how. */
const parts = [
  { title: `TensorFlow ${tensorflowVersion}`, wanted: () => true, setUp: (o) => setupTensorflow({ variant: 'cpu', timeoutMs: 8 * minutes, ...o }) },
  {
    title: `TensorFlow ${tensorflowVersion} for the GPU`,
    wanted: ({ gpu }) => gpu || (process.platform === 'linux' && nvidiaDriver() !== null && !process.env.GLYPHSCOPE_SKIP_GPU),
    setUp: (o) => setupTensorflow({ variant: 'gpu', timeoutMs: 60 * minutes, ...o }),
  },
  { title: 'WebGPU', wanted: ({ webgpu }) => webgpu || (graphicsCard() && !process.env.GLYPHSCOPE_SKIP_GPU), setUp: (o) => setupWebgpu({ timeoutMs: 10 * minutes, ...o }) },
];

/**
 * Prepares one part after the other; never throws. Every part's outcome is said as it ends.
 * @param {{ gpu?: boolean, webgpu?: boolean, force?: boolean, timeoutMs?: number, say?: (line: string) => void }} options
 * @returns {Promise<{ title: string, ok: boolean, line: string }[]>}
 */
export async function setupCompute({ gpu = false, webgpu = false, force = false, timeoutMs, say = () => {} } = {}) {
  const outcomes = [];
  for (const { title, wanted, setUp } of parts) {
    if (!wanted({ gpu, webgpu })) continue;
    const result = await setUp({ force, say, ...(timeoutMs && { timeoutMs }) });
    const line = result.ok ? `${title}: ${result.prepared ? 'prepared' : 'ready'} in ${result.directory}.` : `${title}: could not be prepared (${result.reason}).`;
    say(line);
    outcomes.push({ title, ok: result.ok, line });
  }
  return outcomes;
}

if (isMain(import.meta.url)) {
  const { values } = parseArgs({ options: { gpu: { type: 'boolean' }, webgpu: { type: 'boolean' }, force: { type: 'boolean' } } });
  const outcomes = await setupCompute({ ...values, say: (line) => console.error(line) });
  process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
}
