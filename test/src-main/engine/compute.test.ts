import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { BackendReport } from '../../../src-main/contract/system';
import { choose, Compute } from '../../../src-main/engine/compute';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder('compute');
afterAll(() => removeFolder(folder));

const report = (name: BackendReport['name'], changes: Partial<BackendReport> = {}): BackendReport => ({ name, available: true, gflops: 1, stepMs: 100, deviation: 0, detail: `${name} 1.0`, remedy: null, ...changes });
const missing = (name: BackendReport['name'], remedy: string | null = null) => report(name, { available: false, gflops: null, stepMs: null, deviation: null, detail: `There is no ${name}.`, remedy });

describe('the choice', () => {
  it('is the fastest that is right, the better rung where two are about as fast', () => {
    expect(choose([report('tensorflow-gpu', { stepMs: 5 }), report('tensorflow')]).candidates).toEqual(['tensorflow-gpu', 'tensorflow', 'wasm', 'cpu']);
    expect(choose([report('tensorflow', { stepMs: 105 }), report('webgpu', { stepMs: 100 })]).candidates[0]).toBe('tensorflow');
    expect(choose([report('tensorflow', { stepMs: 150 }), report('webgpu', { stepMs: 100 })]).candidates[0]).toBe('webgpu');
    expect(choose([missing('tensorflow'), report('wasm'), report('cpu', { stepMs: null })]).candidates).toEqual(['wasm', 'cpu']);
  });
  it('says why, of each', () => {
    const { reason, note } = choose([missing('tensorflow-gpu'), report('tensorflow', { stepMs: 56.2 }), report('webgpu', { stepMs: 34_000 })]);
    expect(reason).toBe('tensorflow agrees with the stored values at 56 ms a step. webgpu is slower at 34 s a step. tensorflow-gpu: There is no tensorflow-gpu.');
    expect(note).toBeNull(); // a machine without a card has nothing to be told
  });
  it('notes what could be done for a better one, and for no worse one', () => {
    expect(choose([missing('tensorflow-gpu', 'Set it up.'), report('tensorflow'), missing('webgpu', 'Set that up.')]).note).toBe('There is no tensorflow-gpu. Set it up.');
  });
  it('passes over one that computes wrongly', () => {
    const wrong = report('tensorflow-gpu', { available: false, deviation: 0.2, detail: 'It computes wrongly.', stepMs: null });
    expect(choose([wrong, report('tensorflow')]).candidates).not.toContain('tensorflow-gpu');
    // None right is no fault of a backend: the best that computes goes on.
    expect(choose([wrong, { ...wrong, name: 'tensorflow' }])).toMatchObject({ candidates: ['tensorflow-gpu', 'wasm', 'cpu'], reason: expect.stringContaining('No backend was found to compute rightly') as string });
  });
});

describe('what was found', () => {
  /** A stand-in for the built command line, which counts its calls. */
  function makeCompute(name: string, script: string): { compute: Compute; calls: () => number; file: string } {
    const entry = join(folder, `${name}.mjs`);
    const log = join(folder, `${name}.log`);
    writeFileSync(entry, `import fs from 'node:fs';\nfs.appendFileSync(${JSON.stringify(log)}, process.argv[2] + '\\n');\n${script}`);
    const file = join(folder, `${name}.json`);
    return { compute: new Compute({ node: process.execPath, entry, file }), calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0), file };
  }
  const answer = (changes: Partial<BackendReport> = {}) => `console.log('a notice');\nconsole.log(JSON.stringify({ ...${JSON.stringify(report('wasm', changes))}, name: process.argv[2] }));`;

  it('is asked of a process once, and then kept from one start to the next', async () => {
    const { compute, calls, file } = makeCompute('kept', answer());
    expect(await compute.report('wasm')).toEqual(report('wasm'));
    await compute.report('wasm');
    expect(calls()).toBe(1);
    const next = { entry: join(folder, 'kept.mjs'), node: process.execPath, file };
    await new Compute(next).report('wasm');
    expect(calls()).toBe(1);
    utimesSync(next.entry, 1, 1); // another build may compute otherwise
    await new Compute(next).report('wasm');
    expect(calls()).toBe(2);
    await compute.report('wasm', { anew: true });
    expect(calls()).toBe(3);
  });
  it('is a reason when the process crashes', async () => {
    const { compute } = makeCompute('crash', "console.error('I0000 a notice'); process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);");
    expect(await compute.report('cpu')).toMatchObject({ available: false, detail: 'Its process ended by SIGSEGV.' });
  });
  it('is a reason when it says no sense', async () => {
    const { compute, file } = makeCompute('nonsense', "console.log('{}'); console.error('it broke'); process.exitCode = 3;");
    writeFileSync(file, 'not JSON');
    expect(await compute.report('cpu')).toMatchObject({ available: false, detail: 'Its process ended with code 3: it broke.' });
  });
  it('is not asked for a backend that is named', async () => {
    const { compute, calls } = makeCompute('named', answer());
    expect(await compute.plan('wasm')).toEqual({ candidates: ['wasm'], reason: 'wasm was asked for.', note: null });
    expect(calls()).toBe(0);
    expect(compute.known).toBeNull();
    const plan = await compute.plan('auto');
    expect(compute.known).toBe(plan);
  });
  it('leaves the processor when the GPU has failed', async () => {
    const { compute } = makeCompute('without', answer());
    const { candidates } = await compute.planWithoutGpu();
    expect(candidates).not.toContain('webgpu');
    expect(candidates).not.toContain('tensorflow-gpu');
    expect(candidates.slice(-2)).toEqual(['wasm', 'cpu']);
  });
});
