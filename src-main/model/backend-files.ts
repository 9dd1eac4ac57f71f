import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { BackendName } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';

/**
 * Where the compute backends lie that are not npm packages of the project, and what they are made from: nothing here
 * loads one. scripts/compute-files.mjs knows the same places and puts them there.
 */
const tensorflowVersion = '2.21.0';
const webgpuVersion = '0.6.2';

type Variant = 'cpu' | 'gpu';

/** Commands that set a variant of native TensorFlow up. */
export const setUp: Record<Variant, string> = { cpu: 'glyphscope setup-compute', gpu: 'glyphscope setup-compute --gpu' };

/** ${XDG_CACHE_HOME:-~/.cache}/glyphscope. */
export function computeDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(environment.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'glyphscope');
}

/** Folder with the compiled binding, its libraries in lib/ and, for the GPU, NVIDIA's in nvidia/. */
export function tensorflowDirectory(variant: Variant, environment: NodeJS.ProcessEnv = process.env): string {
  const given = variant === 'gpu' ? environment.GLYPHSCOPE_TENSORFLOW_GPU : environment.GLYPHSCOPE_TENSORFLOW;
  return given ? path.resolve(given) : path.join(computeDirectory(environment), `tensorflow-${variant === 'gpu' ? 'gpu-' : ''}${tensorflowVersion}`);
}

/** Folder with Dawn's Node binding and TensorFlow.js's WebGPU backend. */
export function webgpuDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.GLYPHSCOPE_WEBGPU ? path.resolve(environment.GLYPHSCOPE_WEBGPU) : path.join(computeDirectory(environment), `webgpu-${webgpuVersion}`);
}

/**
 * The binding that was compiled here, or else the one that @tensorflow/tfjs-node-gpu has downloaded for itself.
 * @throws BACKEND_UNAVAILABLE when there is neither, or nothing that it could run on; without a remedy when there is none
 */
export function tensorflowBinding(variant: Variant): string {
  const gpu = variant === 'gpu';
  if (gpu && !nvidiaDriver()) throw unavailable('There is no NVIDIA driver.');
  const file = path.join(tensorflowDirectory(variant), 'tfjs_binding.node');
  const found = [file, packagedBinding()].find((one) => one !== null && existsSync(one));
  if (found) return found;
  if (process.platform !== 'linux' || process.arch !== 'x64') throw unavailable(`Native TensorFlow is prepared for Linux on x64 only, this is ${process.platform} on ${process.arch}.`);
  throw unavailable(`Native TensorFlow${gpu ? ' for the GPU' : ''} is not set up (no ${file}).`, `Run \`${setUp[variant]}\` to set it up.`);
}

function packagedBinding(): string | null {
  try {
    const lib = path.join(path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-node-gpu/package.json')), 'lib');
    const [version] = readdirSync(lib).filter((name) => name.startsWith('napi-v'));
    return version ? path.join(lib, version, 'tfjs_binding.node') : null;
  } catch {
    return null; // the package is optional, and its script does not run unless it is allowed to
  }
}

/** @throws BACKEND_UNAVAILABLE when they are not here */
export function webgpuFiles(): { binding: string; backend: string } {
  const [binding, backend] = ['dawn.node', 'tf-backend-webgpu.node.js'].map((name) => path.join(webgpuDirectory(), name));
  if (!existsSync(binding) || !existsSync(backend)) throw unavailable(`WebGPU is not set up (no ${binding}).`, 'Run `glyphscope setup-compute --webgpu` to set it up.');
  return { binding, backend };
}

/** Changes whenever what a backend consists of does, its driver included. @throws BACKEND_UNAVAILABLE when it is not here */
export function backendStamp(name: BackendName): string {
  if (name === 'wasm' || name === 'cpu') return ''; // they come and go with Glyphscope itself
  if (name === 'webgpu') {
    const { binding } = webgpuFiles();
    const { size, mtimeMs } = statSync(binding);
    const { VK_ICD_FILENAMES, VK_DRIVER_FILES, LD_LIBRARY_PATH } = process.env;
    return [binding, size, mtimeMs, graphicsCards().join(), nvidiaDriverVersion(), VK_ICD_FILENAMES, VK_DRIVER_FILES, LD_LIBRARY_PATH].join('\n');
  }
  const variant = name === 'tensorflow-gpu' ? 'gpu' : 'cpu';
  const file = tensorflowBinding(variant);
  const { size, mtimeMs } = statSync(file);
  return [file, size, mtimeMs, readText(path.join(path.dirname(file), 'stamp.json')), variant === 'gpu' ? nvidiaDriverVersion() : ''].join('\n');
}

/** What shows that an NVIDIA driver is here; null where there is none. */
function nvidiaDriver(): string | null {
  const libraries = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', '/usr/lib', '/usr/lib/wsl/lib', '/usr/local/nvidia/lib64'].map((folder) => `${folder}/libcuda.so.1`);
  return ['/proc/driver/nvidia/version', ...libraries, 'C:/Windows/System32/nvcuda.dll'].find((file) => existsSync(file)) ?? null;
}

const nvidiaDriverVersion = (): string => readText('/proc/driver/nvidia/version');

const graphicsCards = (): string[] => (existsSync('/dev/dri') ? readdirSync('/dev/dri').sort() : []);

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function unavailable(message: string, remedy?: string): GlyphscopeError {
  return new GlyphscopeError('BACKEND_UNAVAILABLE', message, { remedy });
}
