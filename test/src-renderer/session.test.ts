import { expect, it } from 'vitest';
import { tokenInFragment } from '../../src-renderer/session';

it('finds the token of the printed link, and nothing in an ordinary address', () => {
  expect(tokenInFragment('#token=abc-DEF_1')).toBe('abc-DEF_1');
  expect(tokenInFragment('#/images?prefix=1.2')).toBeNull();
  expect(tokenInFragment('')).toBeNull();
});
