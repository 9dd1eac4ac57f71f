// The processes of the benchmarks here: ours, built from the product's own modules, and PyTorch's. Each is asked by lines.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const out = path.join(root, 'out/bench/training-step'); // inside of the project, where packages are found

/** Builds sources into modules of these names. */
async function buildModules(folder, input) {
  await build({
    root, configFile: false, publicDir: false, logLevel: 'error',
    build: { ssr: true, outDir: path.join(out, folder), emptyOutDir: true, target: 'node22', rolldownOptions: { input, output: { format: 'es', entryFileNames: '[name].mjs' } } },
  });
  return (name) => path.join(out, folder, `${name}.mjs`);
}

let ours = '';

/** Builds our side; gives resolveConfig of the product. */
export async function buildOurs() {
  const built = await buildModules('step', { ours: path.join(here, 'ours.ts'), presets: path.join(root, 'src-main/contract/presets.ts') });
  ours = built('ours');
  return (await import(built('presets'))).resolveConfig;
}

/** Builds the long run; gives its file. */
export const buildLongRun = async () => (await buildModules('long-run', { 'long-run': path.join(here, 'long-run.ts') }))('long-run');

/** What the product gives its trainer's Node. */
export const nodeOptions = ['--max-semi-space-size=4'];

/** The same memory allocator settings for both, those that the product gives its trainer. */
export const environment = { ...process.env, MALLOC_MMAP_THRESHOLD_: '4294967296', MALLOC_TRIM_THRESHOLD_: '17179869184' };

async function start(command, args, first) {
  const child = spawn(command, args, { cwd: here, env: environment, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line) => {
    child.stdin.write(`${line}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended`);
    return JSON.parse(value);
  };
  const about = await ask(JSON.stringify(first));
  return { about, steps: (count) => ask(count), end: () => child.stdin.end() };
}

/** Each answers so many `steps` with { times: milliseconds of each, memory: the most bytes until then, tensors (ours) }. */
export const startOurs = (config, featureWidth) => start(process.execPath, [...nodeOptions, ours], { config, featureWidth });

/** @param about what startOurs told of itself: the peer has the same weights by name */
export const startPeer = (config, about, compiled) => start(process.env.PYTHON ?? 'python3', ['peer.py'], { config, shape: about.shape, weights: about.weights, threads: config.threads, compiled });
