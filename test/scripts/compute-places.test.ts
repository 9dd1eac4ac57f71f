import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
// @ts-expect-error a plain script without types
import * as script from '../../scripts/compute-places.mjs';
import { tensorflowDirectory, webgpuDirectory } from '../../src-main/model/backend-files';
import { removeFolder, temporaryFolder } from '../support/temporary';

type Environment = Record<string, string>;
const places = script as {
  tensorflowDirectory(variant: 'cpu' | 'gpu', environment: Environment): string;
  webgpuDirectory(environment: Environment): string;
  inPlace(directory: string, fill: (folder: string) => Promise<string | null>): Promise<string | null>;
  lastLine(text: string): string;
};
const folder = temporaryFolder('places');
afterAll(() => removeFolder(folder));

it('the scripts put the backends where the program looks for them', () => {
  const given: Environment = { GLYPHSCOPE_TENSORFLOW: '/a', GLYPHSCOPE_TENSORFLOW_GPU: '/b', GLYPHSCOPE_WEBGPU: '/c' };
  for (const environment of [{ XDG_CACHE_HOME: '/cache' }, {}, given] as Environment[]) {
    for (const variant of ['cpu', 'gpu'] as const) expect(places.tensorflowDirectory(variant, environment)).toBe(tensorflowDirectory(variant, environment));
    expect(places.webgpuDirectory(environment)).toBe(webgpuDirectory(environment));
  }
  expect(tensorflowDirectory('gpu', { XDG_CACHE_HOME: '/cache' })).toMatch(/^\/cache\/glyphscope\/tensorflow-gpu-\d/);
});

describe('a preparation', () => {
  const target = join(folder, 'backend');

  it('takes its place when it is whole, and leaves what was there when it fails', async () => {
    expect(await places.inPlace(target, (work) => (writeFileSync(join(work, 'a'), '1'), Promise.resolve(null)))).toBeNull();
    expect(await places.inPlace(target, (work) => (writeFileSync(join(work, 'a'), '2'), Promise.resolve('no network')))).toBe('no network');
    expect(await places.inPlace(target, () => Promise.reject(new Error('a defect')))).toBe('a defect');
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('1');
    expect(readdirSync(folder)).toEqual(['backend']);
  });
  it('leaves one alone that is at work beside it', async () => {
    mkdirSync(`${target}.part-other`);
    await places.inPlace(target, () => Promise.resolve(null));
    expect(existsSync(`${target}.part-other`)).toBe(true);
  });
  it('gives the telling line of a complaint', () => {
    expect(places.lastLine("WARNING: a mirror is slow\nERROR: No matching distribution found for tensorflow==9\n[notice] A new release of pip\n")).toBe('No matching distribution found for tensorflow==9');
    expect(places.lastLine('npm error code ENOTFOUND\nnpm error A complete log of this run can be found in: /x')).toBe('code ENOTFOUND');
  });
});
