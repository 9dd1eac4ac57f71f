import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { configOfFile, estimateText } from '../../../src-main/cli/plan-training';
import type { Estimate } from '../../../src-main/contract/estimate';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder('plan');
afterAll(() => removeFolder(folder));

describe('--config', () => {
  const read = (text: string | null) => {
    const file = join(folder, 'settings.json');
    if (text !== null) writeFileSync(file, text);
    return configOfFile({ values: { config: text === null ? join(folder, 'none.json') : file } });
  };
  it('gives the fields of the file, none without the flag', () => {
    expect(read('{"preset": "tiny", "steps": 3}')).toEqual({ preset: 'tiny', steps: 3 });
    expect(configOfFile({ values: {} })).toEqual({});
  });
  it('names the field that is wrong, or the flag when there is no such file', () => {
    expect(() => read('{"steps": 0}')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: 'steps' }));
    expect(() => read(null)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', subject: '--config' }));
  });
});

it('an estimate says what is known and what is not', () => {
  const estimate: Estimate = {
    images: 1800, heldOut: 200, rehearsal: null, seconds: null, beginning: 'prepared',
    parts: [{ part: 'features', count: 9000, timed: 0, seconds: null }, { part: 'steps', count: 400, timed: 12, seconds: { low: 50, high: 70 } }, { part: 'checkpoints', count: 0, timed: 0, seconds: { low: 0, high: 0 } }],
    missing: { teacher: 'dino', images: 1800, clean: 1800, views: 1800, cleanTokens: 0, viewTokens: 0 },
    memory: { training: null, free: 4e9, total: 8e9 }, disk: { features: 1e9, checkpoints: null, embeddings: 0, free: 5e10 },
  };
  const text = estimateText(estimate);
  expect(text).toMatch(/^steps +400 +12 +50 s to 1 min 10 s$/m);
  expect(text).toMatch(/^teacher features +9,000 +0 +not known$/m);
  expect(text).toContain('In all not known, on 1,800 images with 200 held out.');
  expect(text).toContain('Not cached yet, by dino: features of 1,800 images, the views of 1,800.');
  expect(text).toContain('Disk 1.0 GB more; 50.0 GB are free.');
});
