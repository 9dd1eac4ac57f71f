import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { studentShape } from '../../src-main/model/shapes';
import { cases, configOf } from './fixture';

it('the PyTorch twin knows every field of a student\'s shape, and no other', () => {
  const twin = readFileSync(new URL('../../bench/training-step/pytorch_twin.py', import.meta.url), 'utf8');
  const fields = /class Shape:\n(?:.*"""\n)?\n?((?: {4}\w+: \w+\n)+)/.exec(twin);
  const known = Array.from((fields?.[1] ?? '').matchAll(/(\w+):/g), ([, name]) => name);
  expect(known.sort()).toEqual(Object.keys(studentShape(configOf(), cases.featureWidth)).sort());
});
