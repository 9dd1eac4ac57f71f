import { afterAll, describe, expect, it } from 'vitest';
import { embeddedTeacher } from '../../../src-main/teacher/catalogue';
import { openTokenStores, poolTokens, requireRoom, requireTokens, roomOf } from '../../../src-main/teacher/tokens';
import { removeFolder, temporaryFolder } from '../../support/temporary';

const folder = temporaryFolder('tokens');
afterAll(() => removeFolder(folder));

/** Tokens of two numbers on a grid of S × S: its row and its column. */
const grid = (S: number) => Float32Array.from({ length: S * S * 2 }, (_, i) => (i % 2 ? Math.floor(i / 2) % S : Math.floor(i / 2 / S)));
function pooled(S: number, kept: number): number[] {
  const out = new Float32Array(kept * 2 + 3).fill(9);
  poolTokens(grid(S), { count: S * S, width: 2 }, kept, out, 3);
  expect([...out.subarray(0, 3)]).toEqual([9, 9, 9]);
  return [...out.subarray(3)];
}

describe('poolTokens', () => {
  it('copies a grid that is not made smaller', () => expect(pooled(3, 9)).toEqual([...grid(3)]));
  it('gives the mean of windows', () => expect(pooled(4, 4)).toEqual([0.5, 0.5, 0.5, 2.5, 2.5, 0.5, 2.5, 2.5]));
  it('gives the mean of all for one token', () => expect(pooled(4, 1)).toEqual([1.5, 1.5]));
  // Of 5 rows in 2 windows: rows 0, 1, 2 and 2, 3, 4, as AdaptiveAvgPool2d has it.
  it('lets windows overlap that do not divide the grid', () => pooled(5, 4).forEach((value, i) => expect(value).toBeCloseTo([1, 1, 1, 3, 3, 1, 3, 3][i], 5)));
});

describe('requireTokens', () => {
  it('refuses what a teacher cannot give', () => {
    const teacher = embeddedTeacher();
    expect(requireTokens(teacher, 9)).toEqual({ count: 16, width: 256 });
    expect(() => requireTokens(teacher, 3)).toThrow('3 tokens are no square.');
    expect(() => requireTokens(teacher, 25)).toThrow('The teacher cifar10-simclr-small gives 16 tokens for an image, not 25.');
    expect(() => requireTokens({ ...teacher, tokens: null }, 1)).toThrow('The teacher cifar10-simclr-small gives one vector for an image and no tokens.');
  });
});

describe('token stores', () => {
  it('are named by their tokens, and refused before anything is written when the disk has no room for them', () => {
    const stores = openTokenStores(folder, embeddedTeacher(), { kept: 4, views: 4, seed: 0 });
    expect([stores.clean.spec, stores.views.spec]).toEqual([
      { width: 1024, records: 1, name: 'clean-tokens-4' },
      { width: 1024, records: 4, name: 'views-0-tokens-4' },
    ]);
    expect(() => requireRoom(stores, { clean: 100, views: 100 })).not.toThrow();
    expect(() => requireRoom(stores, { clean: 1e12, views: 0 })).toThrow(/^The tokens need 4096000\.0 GB on the disk, which has [\d.]+ [GM]B free\.$/);
    expect(roomOf(stores, { clean: 60_000, views: 50_000 })).toBe((60_000 + 4 * 50_000) * 4 * 256 * 4);
    for (const store of [stores.clean, stores.views]) store.close();
  });
});
