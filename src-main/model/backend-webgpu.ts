import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import * as tf from '@tensorflow/tfjs-core';
import { GlyphscopeError } from '../contract/errors';
import { gpuFailure, gpuLost } from './backend-failures';
import { webgpuFiles } from './backend-files';

/** The part of WebGPU that is used here: Dawn's binding gives it to Node (https://www.w3.org/TR/webgpu/). */
interface Gpu {
  requestAdapter(o: { powerPreference: 'high-performance' }): Promise<GpuAdapter | null>;
}
interface GpuAdapter {
  info: { vendor: string; architecture: string; description: string; isFallbackAdapter?: boolean };
  limits: Record<string, number>;
  requestDevice(o: { requiredLimits: Record<string, number> }): Promise<GpuDevice>;
}
interface GpuDevice {
  lost: Promise<{ reason: string; message: string }>;
  addEventListener(name: 'uncapturederror', listener: (event: { error: Error; preventDefault(): void }) => void): void;
}
interface WebgpuPackage {
  WebGPUBackend: new (device: GpuDevice, info: GpuAdapter['info']) => tf.KernelBackend;
}

/** Buffers that a shader of AddN may read: WebGPU grants eight, one of which is the result. */
const addends = 7;
const limits = [
  'maxComputeWorkgroupStorageSize', 'maxComputeWorkgroupsPerDimension', 'maxStorageBufferBindingSize', 'maxBufferSize', 'maxComputeWorkgroupSizeX', 'maxComputeInvocationsPerWorkgroup',
];

const require = createRequire(import.meta.url);
/** What is in use must not be collected as garbage: Dawn would end the process. */
const held = new Set<object>();

/**
 * Makes TensorFlow.js compute by WebGPU, on a graphics card of any maker.
 * @param o.software whether a renderer that runs on the processor will do
 * @throws BACKEND_UNAVAILABLE without a remedy where the machine has nothing that it could run on
 */
export async function loadWebgpu(o: { software: boolean }): Promise<{ description: string; failure: Promise<GlyphscopeError> }> {
  const { binding, backend } = webgpuFiles();
  const { create, globals } = require(binding) as { create(options: string[]): Gpu; globals: object };
  Object.assign(globalThis, globals);
  const gpu = create([]);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new GlyphscopeError('BACKEND_UNAVAILABLE', 'WebGPU finds no graphics card with a Vulkan, Metal or Direct3D 12 driver.');
  const name = adapter.info.description || [adapter.info.vendor, adapter.info.architecture].filter(Boolean).join(' ') || 'a graphics card';
  if (adapter.info.isFallbackAdapter && !o.software) throw new GlyphscopeError('BACKEND_UNAVAILABLE', `WebGPU finds only ${name}, which draws by the processor.`);
  const device = await adapter.requestDevice({ requiredLimits: Object.fromEntries(limits.map((limit) => [limit, adapter.limits[limit]])) });
  for (const part of [gpu, adapter, device]) held.add(part);

  // Compiled with this file's `require`, so that it registers with the one copy of tfjs-core.
  const loaded = { exports: {} as WebgpuPackage };
  compileFunction(readFileSync(backend, 'utf8'), ['exports', 'require', 'module'], { filename: backend })(loaded.exports, require, loaded);
  // Only now: at its load it would register a backend whose device is not watched.
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  splitAddN();
  tf.registerBackend('webgpu', () => new loaded.exports.WebGPUBackend(device, adapter.info), 3);
  const place = adapter.info.isFallbackAdapter ? `${name}, which draws by the processor` : name;
  return { description: `TensorFlow.js ${tf.version_core}, WebGPU on ${place}`, failure: failureOf(device) };
}

/** Resolves with what ended the device: lost, out of memory, or a program that it refuses, after which results are wrong. */
function failureOf(device: GpuDevice): Promise<GlyphscopeError> {
  return new Promise((resolve) => {
    void device.lost.then(({ reason, message }) => reason !== 'destroyed' && resolve(gpuLost(message)));
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // else every refused program is written to the console
      const { name } = event.error.constructor;
      resolve(gpuFailure(`${name}: ${event.error.message}`) ?? new GlyphscopeError('BACKEND_UNAVAILABLE', `WebGPU refused a computation: ${event.error.message.split('\n')[0]}`, { subject: 'webgpu' }));
    });
  });
}

/** TensorFlow.js hands all of AddN's inputs to one shader, more than WebGPU allows: this adds a few at a time. */
function splitAddN(): void {
  const original = tf.getKernel('AddN', 'webgpu');
  if (!original) throw new Error('the WebGPU backend has no AddN');
  tf.unregisterKernel('AddN', 'webgpu');
  tf.registerKernel({
    ...original,
    kernelFunc({ inputs, backend }) {
      let parts = inputs as unknown as tf.TensorInfo[];
      const between: tf.TensorInfo[] = [];
      while (parts.length > addends) {
        const sum = original.kernelFunc({ inputs: parts.slice(0, addends) as unknown as tf.NamedTensorInfoMap, backend }) as tf.TensorInfo;
        between.push(sum);
        parts = [sum, ...parts.slice(addends)];
      }
      const result = original.kernelFunc({ inputs: parts as unknown as tf.NamedTensorInfoMap, backend });
      for (const sum of between) (backend as tf.KernelBackend).disposeData(sum.dataId);
      return result;
    },
  });
}
