import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { listSupportedBackends, Tensor, type InferenceSession } from 'onnxruntime-node';
import type { TeacherInfo } from './catalogue';
import type { ProviderName } from './encoder-plan';
import { openSession } from './encoder';

/** What a teacher computes with and why, in a line for the user. */
export interface ProviderChoice {
  provider: ProviderName;
  reason: string;
}

const titles: Readonly<Record<ProviderName, string>> = { cpu: 'CPU', cuda: 'CUDA', dml: 'DirectML', coreml: 'Core ML', webgpu: 'WebGPU' };
/** Best first. TensorRT is left out: it compiles a model for minutes. */
const ladder = ['cuda', 'dml', 'coreml', 'webgpu'] as const;
/** Images that a provider is tried with. */
const trialImages = 8;
/** Least cosine of a provider's features with the processor's: half precision stays above it, a wrong kernel does not. */
const leastCosine = 0.999;

/** Whether this build of ONNX Runtime has anything but the processor to offer. */
export function otherProviders(): { usable: ProviderName[]; missing: ProviderName[] } {
  const listed = listSupportedBackends();
  const found = ladder.filter((name) => listed.some((one) => one.name === name));
  const installed = (name: ProviderName) => listed.some((one) => one.name === name && one.bundled) || hasLibrary(name);
  return { usable: found.filter(installed), missing: found.filter((name) => !installed(name)) };
}

/** A provider that is not part of the package is a library of its own beside it. */
function hasLibrary(provider: ProviderName): boolean {
  const folder = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const ending = process.platform === 'win32' ? `onnxruntime_providers_${provider}.dll` : `libonnxruntime_providers_${provider}.so`;
  return existsSync(join(folder, 'bin', 'napi-v6', process.platform, process.arch, ending));
}

/**
 * The best provider for a teacher: the first that loads it, gives the processor's features and is faster than all cores.
 * Computes for a second or two.
 */
export async function chooseProvider(teacher: TeacherInfo, cores: number): Promise<ProviderChoice> {
  const { usable, missing } = otherProviders();
  const against = missing.map((name) => `${titles[name]} is not installed with ONNX Runtime`);
  const reason = () => (against.length === 0 ? `${titles.cpu}: ONNX Runtime has nothing else here` : `${titles.cpu}: ${against.join('; ')}`);
  let reference: Trial | null = null;
  for (const provider of usable) {
    try {
      const trial = await tryProvider(teacher, provider, 1);
      reference ??= await tryProvider(teacher, 'cpu', cores);
      const likeness = cosine(trial.features, reference.features);
      if (!(likeness >= leastCosine)) against.push(`${titles[provider]} computes other features (cosine ${likeness.toFixed(4)})`);
      else if (trial.seconds >= reference.seconds) against.push(`${titles[provider]} is slower (${rate(trial)} images a second, the processor ${rate(reference)})`);
      else return { provider, reason: `${titles[provider]}: ${rate(trial)} images a second, the processor ${rate(reference)}` };
    } catch (error) {
      against.push(`${titles[provider]} cannot be used (${firstSentence(error)})`);
    }
  }
  return { provider: 'cpu', reason: reason() };
}

interface Trial {
  seconds: number;
  features: Float32Array;
}

const rate = ({ seconds }: Trial) => (trialImages / seconds).toFixed(0);

async function tryProvider(teacher: TeacherInfo, provider: ProviderName, threads: number): Promise<Trial> {
  const session: InferenceSession = await openSession(teacher.model, { provider, threads });
  try {
    const { inputSize: size, readout } = teacher;
    const pixels = Float32Array.from({ length: trialImages * 3 * size * size }, (_, i) => Math.sin(i * 0.37) + Math.cos(i * 0.011));
    const output = readout.feature === 'pooled' ? readout.pooled! : readout.hidden!;
    const run = async () => (await session.run({ pixel_values: new Tensor('float32', pixels, [trialImages, 3, size, size]) }, [output]))[output];
    await run(); // compiles
    const start = performance.now();
    const { data } = await run();
    return { seconds: (performance.now() - start) / 1000, features: data as Float32Array };
  } finally {
    await session.release();
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** ONNX Runtime's errors begin with the place in its source and end with a trace. */
function firstSentence(error: unknown): string {
  const line = (error as Error).message.trim().split('\n')[0];
  return line.replace(/^.*was false\. /, '').replace(/^\/onnxruntime_src\S+ /, '').slice(0, 160);
}
