import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { backendNames } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { choose, Compute } from '../engine/compute';
import { findLocations } from '../engine/locations';
import { backendTable } from './backend-table';
import type { Command } from './command';

export const setupComputeCommand: Command = {
  name: 'setup-compute',
  summary: 'Prepare the compute backends that this machine can use, then check and measure each.',
  options: {
    gpu: { help: 'TensorFlow for NVIDIA cards also where no driver is seen (3 GB to download).' },
    webgpu: { help: 'WebGPU also where no graphics card is seen (54 MB to download).' },
    force: { help: 'Anew, even what is ready.' },
    check: { help: 'Prepare nothing: only decide which backend is used, from what is known.' },
  },
  notes: ['`npm ci` does the same for what it finds here. Nothing needs more rights than yours; everything goes to ~/.cache/glyphscope.'],

  async run({ values, out, signal }) {
    const { root, node, entries } = findLocations();
    const compute = new Compute({ node, entry: entries.backend });
    if (values.check) {
      const { candidates, reason } = await compute.plan('auto');
      out.result({ chosenBackend: candidates[0], backendReason: reason }, `${candidates[0]}: ${reason}`);
      return true;
    }
    const flags = ['gpu', 'webgpu', 'force'].filter((name) => values[name]).map((name) => `--${name}`);
    const prepared = await runScript(node, [join(root, 'scripts', 'setup-compute.mjs'), ...flags], (line) => out.note(line), signal);
    const backends = [];
    for (const name of backendNames) {
      out.progress('measuring', `Checking ${name}.`);
      backends.push(await compute.report(name, { anew: true, signal }));
    }
    const { candidates, reason } = choose(backends);
    out.result({ prepared, backends, chosenBackend: candidates[0], backendReason: reason }, `${backendTable(backends)}\n\nDescribing and training use ${candidates[0]}: ${reason}`);
    return prepared;
  },
};

/** True when everything was prepared; the script says what was not and why. */
function runScript(node: string, args: string[], say: (line: string) => void, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGTERM' });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', say);
    child.once('error', (error) => reject(signal.aborted ? new GlyphscopeError('CANCELLED', 'Cancelled.') : error));
    child.once('close', (code) => resolve(code === 0));
  });
}
