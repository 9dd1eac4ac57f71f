import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { GlyphscopeError, toErrorDetail } from '../contract/errors';
import type { BackendReport } from '../contract/system';

/**
 * The only file that loads a TensorFlow.js backend. The ladder, best first: native TensorFlow (the binding that
 * scripts/setup-tensorflow.mjs compiled), WebAssembly with SIMD, plain JavaScript.
 */
export const backendNames = ['tensorflow', 'wasm', 'cpu'] as const;
export type BackendName = (typeof backendNames)[number];
export type BackendChoice = BackendName | 'auto';

export interface StartedBackend {
  name: BackendName;
  /** Name, version and what it runs on, as shown to the user and stored with a run. */
  description: string;
  /** Why a better backend is not used; null when the best one is. */
  note: string | null;
}

const require = createRequire(import.meta.url);
const tensorflowVersion = '2.21.0';

/** Folder with the compiled native binding; scripts/setup-tensorflow.mjs makes it and documents the place. */
export function tensorflowDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.GLYPHSCOPE_TENSORFLOW) return path.resolve(environment.GLYPHSCOPE_TENSORFLOW);
  const cache = environment.XDG_CACHE_HOME || path.join(os.homedir(), '.cache');
  return path.join(cache, 'glyphscope', `tensorflow-${tensorflowVersion}`);
}

let started: StartedBackend | null = null;

/**
 * Loads the wanted backend, or the best that works for `auto`, and makes it TensorFlow.js's. A process has one: later
 * calls give the same, or throw when they want another.
 * @param o.threads threads of one operation (native TensorFlow only); all cores when left out
 * @throws BACKEND_UNAVAILABLE naming what failed and what to do
 */
export async function startBackend(wanted: BackendChoice, o: { threads?: number } = {}): Promise<StartedBackend> {
  if (started) {
    if (wanted !== 'auto' && wanted !== started.name)
      throw new GlyphscopeError('BACKEND_UNAVAILABLE', `This process computes with ${started.name} already, it cannot change to ${wanted}.`, { subject: wanted });
    return started;
  }
  const missed: string[] = [];
  for (const name of wanted === 'auto' ? backendNames : [wanted]) {
    try {
      const description = await loaders[name](o.threads);
      started = { name, description, note: missed.length > 0 ? missed.join(' ') : null };
      return started;
    } catch (error) {
      const reason = error instanceof GlyphscopeError ? error.message : `${name} did not start: ${error instanceof Error ? error.message : String(error)}.`;
      if (wanted !== 'auto') throw new GlyphscopeError('BACKEND_UNAVAILABLE', reason, { subject: name, remedy: remedies[name], cause: error });
      missed.push(`${reason} ${remedies[name]}`);
    }
  }
  throw new GlyphscopeError('BACKEND_UNAVAILABLE', `No compute backend works here. ${missed.join(' ')}`);
}

const remedies: Record<BackendName, string> = {
  tensorflow: 'Run `node scripts/setup-tensorflow.mjs` once for native speed.',
  wasm: 'Reinstall with `npm ci`.',
  cpu: 'Reinstall with `npm ci`.',
};

const loaders: Record<BackendName, (threads?: number) => Promise<string>> = {
  async tensorflow(threads) {
    const directory = tensorflowDirectory();
    const file = path.join(directory, 'tfjs_binding.node');
    if (!fs.existsSync(file)) throw new GlyphscopeError('BACKEND_UNAVAILABLE', `Native TensorFlow is not set up (no ${file}).`);
    // Read by libtensorflow once, when its context starts.
    if (threads !== undefined) process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS ??= String(Math.min(2, threads ?? os.availableParallelism())); // more gain nothing
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '1'; // notices about processor features; warnings and errors stay
    // tfjs-node 4.22 calls two helpers that newer Node versions no longer have.
    const legacy = util as unknown as Record<string, unknown>;
    legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
    legacy.isArray = Array.isArray;
    // Its kernels register themselves with the tfjs-core that this file imports: there is one copy.
    require('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
    const { NodeJSKernelBackend } = require('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as {
      NodeJSKernelBackend: new (binding: unknown, packageName: string) => tf.KernelBackend & { isUsingGpuDevice: boolean };
    };
    const binding = require(file) as { TF_Version: string; addFunction?: unknown };
    const backend = new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu');
    tf.registerBackend('tensorflow', () => backend, 3);
    await activate('tensorflow');
    const place = backend.isUsingGpuDevice ? 'the GPU' : `${threads ?? os.availableParallelism()} processor threads`;
    return `TensorFlow ${binding.TF_Version} on ${place}${binding.addFunction ? '' : ', operations one by one (its binding cannot add functions)'}`;
  },
  async wasm() {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist') + path.sep);
    await activate('wasm');
    return `TensorFlow.js ${tf.version_core}, WebAssembly${(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? ' with SIMD' : ''}, one thread`;
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return `TensorFlow.js ${tf.version_core}, plain JavaScript, one thread`;
  },
};

async function activate(name: BackendName): Promise<void> {
  if (!(await tf.setBackend(name))) throw new GlyphscopeError('BACKEND_UNAVAILABLE', `The ${name} backend did not start.`);
  await tf.ready();
}

/** Starts one backend in this process, which should have no other, and measures it; never throws for one that is missing. */
export async function measureBackend(name: string): Promise<BackendReport> {
  const known = backendNames.find((candidate) => candidate === name);
  if (!known) throw new GlyphscopeError('INVALID_INPUT', `${name} is no backend: expected ${backendNames.join(', ')}.`, { subject: 'backend' });
  try {
    const { description } = await startBackend(known);
    return { name, available: true, gflops: await measureSpeed(), detail: description };
  } catch (error) {
    const { message, remedy } = toErrorDetail(error);
    return { name, available: false, gflops: null, detail: remedy ? `${message} ${remedy}` : message };
  }
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
