import { createRequire } from 'node:module';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { backendNames, type BackendChoice, type BackendName } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { gpuFailure, usesGpu } from './backend-failures';
import { loadTensorflow } from './backend-tensorflow';
import { loadWebgpu } from './backend-webgpu';

/** A backend at work in this process. */
export interface StartedBackend {
  name: BackendName;
  /** Name, version and what it runs on, as shown to the user and stored with a run. */
  description: string;
  /** What keeps a better one from being used, with what to do about it; null when there is nothing to do. */
  note: string | null;
  /** Why each better one is not used, one sentence or two each. */
  missed: string[];
  /** Resolves when the GPU fails in a way that no computation would report; null where only computations fail. */
  failure: Promise<GlyphscopeError> | null;
}

interface Loaded {
  description: string;
  failure?: Promise<GlyphscopeError>;
}

interface Rung {
  /** Its name in TensorFlow.js. */
  registered: string;
  /** Loads it into this process. Throws BACKEND_UNAVAILABLE, with a remedy where there is one. */
  load(o: { threads?: number; forced: boolean }): Promise<Loaded>;
}

/** The ladder, best first. */
const ladder: Record<BackendName, Rung> = {
  'tensorflow-gpu': { registered: 'tensorflow', load: async ({ threads }) => ({ description: await loadTensorflow('gpu', threads) }) },
  tensorflow: { registered: 'tensorflow', load: async ({ threads }) => ({ description: await loadTensorflow('cpu', threads) }) },
  webgpu: { registered: 'webgpu', load: ({ forced }) => loadWebgpu({ software: forced }) },
  wasm: { registered: 'wasm', load: async () => ({ description: await loadWasm() }) },
  cpu: { registered: 'cpu', load: async () => ({ description: await loadPlain() }) },
};

let started: StartedBackend | null = null;

/**
 * Loads the wanted backend, the best that loads for `auto`, or the first of a list that does, and makes it
 * TensorFlow.js's. A process has one: later calls give the same, or throw when they want another. Whether it computes
 * rightly and fast is not asked here: engine/compute.ts finds that out in processes of their own.
 * @param o.threads threads of one operation (native TensorFlow only); all cores when left out
 * @throws BACKEND_UNAVAILABLE naming what failed and what to do
 */
export async function startBackend(wanted: BackendChoice | readonly BackendName[], o: { threads?: number } = {}): Promise<StartedBackend> {
  const candidates = wanted === 'auto' ? backendNames : typeof wanted === 'string' ? [wanted] : wanted;
  if (started) {
    if (!candidates.includes(started.name))
      throw new GlyphscopeError('BACKEND_UNAVAILABLE', `This process computes with ${started.name} already, it cannot change to ${candidates.join(', ')}.`, { subject: candidates[0] });
    return started;
  }
  const missed: string[] = [];
  const notes: string[] = [];
  for (const name of candidates) {
    try {
      const { description, failure } = await ladder[name].load({ threads: o.threads, forced: wanted !== 'auto' });
      await activate(name);
      started = { name, description, note: notes.length > 0 ? notes.join(' ') : null, missed, failure: failure ?? null };
      return started;
    } catch (error) {
      const { message, remedy } = unavailable(name, error);
      if (candidates.length === 1) throw new GlyphscopeError('BACKEND_UNAVAILABLE', message, { subject: name, remedy: remedy ?? (wanted === name ? 'Leave the backend at auto.' : undefined), cause: error });
      missed.push(`${name}: ${message}`);
      if (remedy) notes.push(`${message} ${remedy}`);
    }
  }
  throw new GlyphscopeError('BACKEND_UNAVAILABLE', `No compute backend works here. ${missed.join(' ')}`, { remedy: 'Reinstall with `npm ci`.' });
}

function unavailable(name: BackendName, error: unknown): { message: string; remedy?: string } {
  if (error instanceof GlyphscopeError) return error;
  const failure = usesGpu(name) ? gpuFailure(error) : null;
  return { message: failure?.message ?? `${name} did not start: ${error instanceof Error ? error.message : String(error)}.`, remedy: 'Run `glyphscope setup-compute` to set it up again.' };
}

async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(ladder[name].registered))) throw new GlyphscopeError('BACKEND_UNAVAILABLE', `The ${name} backend did not start.`);
  await tf.ready();
}

const require = createRequire(import.meta.url);

async function loadWasm(): Promise<string> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist') + path.sep);
  return `TensorFlow.js ${tf.version_core}, WebAssembly${(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ' with SIMD' : ''}, one thread`;
}

async function loadPlain(): Promise<string> {
  await import('@tensorflow/tfjs-backend-cpu');
  return `TensorFlow.js ${tf.version_core}, plain JavaScript, one thread`;
}

/**
 * Speed of the started backend in GFLOPS, from float32 products of 1024 × 1024 matrices (256 × 256 in plain
 * JavaScript, which would take minutes): the fastest of several, after one to warm up.
 */
export async function measureSpeed(): Promise<number> {
  const side = tf.getBackend() === 'cpu' ? 256 : 1024;
  const a = tf.randomUniform([side, side]);
  const b = tf.randomUniform([side, side]);
  let best = Infinity;
  const begin = performance.now();
  for (let i = 0; i < 12 && (i < 3 || performance.now() - begin < 1500); i++) {
    const start = performance.now();
    const c = tf.matMul(a, b);
    await c.data();
    if (i > 0) best = Math.min(best, performance.now() - start);
    c.dispose();
  }
  tf.dispose([a, b]);
  return (2 * side ** 3) / (best * 1e6);
}
