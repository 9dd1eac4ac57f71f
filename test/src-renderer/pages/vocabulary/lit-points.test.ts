import { expect, it } from 'vitest';
import { litPoints } from '../../../../src-renderer/pages/vocabulary/lit-points';

const points = { symbols: Uint16Array.from([1, 2, 1, 3, 3, 3, 2, 1, 0, 4, 4, 1]), images: Int32Array.from([10, 11, 12, 13]), length: 3 };

it('lights each point once that has the symbol anywhere, or at a position', () => {
  expect(litPoints(points, 1, null)).toEqual({ of: Uint8Array.from([1, 0, 1, 1]), count: 3 });
  expect(litPoints(points, 1, 1)).toEqual({ of: Uint8Array.from([1, 0, 0, 0]), count: 1 });
  expect(litPoints(points, 1, 3)).toEqual({ of: Uint8Array.from([1, 0, 0, 1]), count: 2 });
  expect(litPoints(points, 9, null).count).toBe(0);
});
