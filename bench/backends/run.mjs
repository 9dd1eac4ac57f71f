#!/usr/bin/env node
// A training step on every backend that this machine has: losses and gradient norms beside the stored ones, and speed.
// With --software the folder of a software Vulkan (libvulkan.so.1, vk_swiftshader_icd.json and its library, as they lie
// beside an Electron or Chromium binary): WebGPU is then checked on that.
//
//   node_modules/.bin/node bench/backends/run.mjs [--software FOLDER]
//
// Prints one JSON line for each backend that can run: `ours` is the greatest difference of a loss or gradient norm from the stored
// value, as a share of it. Those that cannot run are named with the reason.
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../scripts/build.mjs';
import { runProgram } from '../../scripts/programs.mjs';
import { engineNode, root } from '../../scripts/project.mjs';
import { row } from '../report.mjs';

const { values } = parseArgs({ options: { software: { type: 'string' } } });
const goal = 1e-3;
await build();
const entry = path.join(root, 'out', 'engine', 'backend.mjs');

async function examine(name, env, title = name) {
  const result = await runProgram(engineNode(), [entry, name], { timeoutMs: 5 * 60_000, env: { ...process.env, ...env } });
  const report = result.ok ? JSON.parse(result.stdout.trim().split('\n').at(-1)) : { deviation: null, detail: result.stderr.trim().split('\n').at(-1) };
  const { deviation, stepMs, gflops, detail } = report;
  if (deviation === null) console.error(`${title} is not compared: ${detail}`);
  else console.log(JSON.stringify(row({ name: `same step, ${title}: off the stored value`, ours: deviation, unit: 'share', goal, cores: os.availableParallelism(), stepMs, gflops, detail })));
  return deviation === null || deviation <= goal;
}

let right = true;
for (const name of ['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu']) right = (await examine(name, {})) && right;
if (values.software) {
  const folder = path.resolve(values.software);
  const env = { LD_LIBRARY_PATH: folder, VK_ICD_FILENAMES: path.join(folder, 'vk_swiftshader_icd.json') };
  right = (await examine('webgpu', env, 'webgpu on a software Vulkan')) && right;
}
process.exitCode = right ? 0 : 1;
