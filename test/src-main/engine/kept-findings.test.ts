import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import * as z from 'zod';
import { KeptFindings } from '../../../src-main/engine/kept-findings';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder('findings');
afterAll(() => removeFolder(folder));
const open = (name: string, most?: number) => new KeptFindings({ file: join(folder, name, 'found.json'), finding: z.number(), most });

it('findings outlive whoever found them', () => {
  open('a').keep('x', 1);
  open('a').keep('y', 2);
  open('a').keep('x', 3);
  expect([open('a').get('x'), open('a').get('y'), open('a').get('z')]).toEqual([3, 2, null]);
});

it('the newest are kept, a finding renewed among them', () => {
  const kept = open('b', 2);
  for (const [name, value] of [['x', 1], ['y', 2], ['x', 3], ['z', 4]] as const) kept.keep(name, value);
  expect(Object.keys(JSON.parse(readFileSync(join(folder, 'b', 'found.json'), 'utf8')) as object)).toEqual(['x', 'z']);
});

it('a file that cannot be read counts as none', () => {
  open('c').keep('x', 1);
  writeFileSync(join(folder, 'c', 'found.json'), '{"x": "one"}');
  expect(open('c').get('x')).toBeNull();
  open('c').keep('x', 2);
  expect(open('c').get('x')).toBe(2);
});
