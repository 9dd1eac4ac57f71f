import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { embeddedTeacher, readTeacher, verifyTeacher } from '../../../src-main/teacher/catalogue';
import { removeFolder, temporaryFolder } from '../../support/temporary';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('teacher');
  const { directory } = embeddedTeacher();
  for (const name of ['teacher.json', 'model.onnx']) cpSync(join(directory, name), join(folder, name));
});
afterEach(() => removeFolder(folder));

const changed = (change: (json: Record<string, unknown>) => void) => {
  const json = JSON.parse(readFileSync(join(folder, 'teacher.json'), 'utf8'));
  change(json);
  writeFileSync(join(folder, 'teacher.json'), JSON.stringify(json));
};

describe('the catalogue', () => {
  it('has the embedded teacher, found from the sources and from a resources folder', () => {
    const teacher = embeddedTeacher();
    expect(teacher).toMatchObject({ name: 'cifar10-simclr-small', featureWidth: 256, inputSize: 32, tokens: { count: 16, width: 256 } });
    expect(teacher.id).toBe(`cifar10-simclr-small-${teacher.sha256.slice(0, 8)}`);
    expect(embeddedTeacher(join(import.meta.dirname, '../../../resources'))).toEqual(teacher);
  });
  it('refuses a model that is not the one described', async () => {
    const model = readFileSync(join(folder, 'model.onnx'));
    model[1000] ^= 1;
    writeFileSync(join(folder, 'model.onnx'), model);
    await expect(verifyTeacher(readTeacher(folder))).rejects.toThrow(/model\.onnx is not the model that teacher\.json speaks of: its SHA-256 is [0-9a-f]{12}…, not 1ad7f44455dc…/);
  });
  it('names what is missing', () => {
    rmSync(join(folder, 'model.onnx'));
    expect(() => readTeacher(folder)).toThrow(/The teacher's file .*model\.onnx is missing\./);
  });
  it('names the field that is wrong', () => {
    changed((json) => Object.assign(json.input as object, { std: [0.2, 0, 0.2] }));
    expect(() => readTeacher(folder)).toThrow(/teacher\.json is not valid at input\.std: above 0\./);
    changed((json) => Object.assign(json, { name: '../../elsewhere' }));
    expect(() => readTeacher(folder)).toThrow(/teacher\.json is not valid at name: /);
    changed((json) => Object.assign(json, { name: 'other', outputs: { embedding: ['batch', 256], patch_tokens: ['batch', 15, 256] } }));
    expect(() => readTeacher(folder)).toThrow(/teacher\.json is not valid at input\.std/);
    changed((json) => Object.assign(json.input as object, { std: [0.2, 0.2, 0.2] }));
    expect(() => readTeacher(folder)).toThrow(/teacher\.json is not valid at outputs\.patch_tokens: a square grid of tokens\./);
    changed((json) => Object.assign(json, { outputs: { embedding: ['batch', 256] } }));
    expect(readTeacher(folder).tokens).toBe(null);
    writeFileSync(join(folder, 'teacher.json'), '{');
    expect(() => readTeacher(folder)).toThrow(/teacher\.json is not JSON/);
  });
});
