import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startBackend } from '../../../src-main/model/backend';
import { checkTolerance, computeCheck, examineBackend, worstDeviation } from '../../../src-main/training/backend-check';

// Plain JavaScript: nothing between the formulas and the numbers. scripts/backend-values.mjs stores them anew.
await startBackend('cpu');
const found = await computeCheck();
const file = new URL('../../../src-main/training/backend-check.json', import.meta.url);
if (process.env.GLYPHSCOPE_WRITE_VALUES) writeFileSync(file, `${JSON.stringify(found, null, 2)}\n`);

describe('the check of a backend', () => {
  it('has stored values that plain JavaScript computes (after a change of the recipe, run `node scripts/backend-values.mjs`)', () => {
    expect(worstDeviation(found, process.env.GLYPHSCOPE_WRITE_VALUES ? found : undefined).deviation).toBeLessThan(1e-5);
  });
  it('trains: every step differs from the one before', () => {
    for (const { loss, gradientNorm } of Object.values(found)) {
      expect(new Set(loss).size).toBe(3);
      for (const norm of gradientNorm) expect(norm).toBeGreaterThan(0.1);
    }
  });
  it('is the same at every call', async () => {
    expect(await computeCheck()).toEqual(found);
  });
  it('names the value that is furthest off, and finds one that is no number', () => {
    const name = Object.keys(found)[1];
    const changed = structuredClone(found);
    changed[name].loss[2] *= 1 + 2 * checkTolerance;
    expect(worstDeviation(changed, found)).toMatchObject({ where: `loss of step 3 (${name}) is ${changed[name].loss[2]}, not ${found[name].loss[2]}` });
    expect(worstDeviation(changed, found).deviation).toBeGreaterThan(checkTolerance);
    changed[name].gradientNorm[0] = NaN;
    expect(worstDeviation(changed, found).where).toContain('gradientNorm of step 1');
    expect(worstDeviation({}, found).deviation).toBeGreaterThan(1);
  });
  it.skipIf(process.env.GLYPHSCOPE_WRITE_VALUES)('reports what a backend is, and why one cannot be examined', async () => {
    expect(await examineBackend('cpu')).toMatchObject({ name: 'cpu', available: true, stepMs: null, detail: expect.stringContaining('plain JavaScript') as string });
    expect(await examineBackend('wasm')).toMatchObject({ name: 'wasm', available: false, detail: 'This process computes with cpu already, it cannot change to wasm.' });
    await expect(examineBackend('quantum')).rejects.toThrow('quantum is no backend: expected tensorflow-gpu, tensorflow, webgpu, wasm, cpu.');
  });
});
