import { expect, test } from 'vitest';
import { layoutWords } from '../../../../src-renderer/pages/map/layout-words';

test('a map says whether its neighbours are exact, and how many images were placed later', () => {
  expect(layoutWords({ recall: null, placed: 0 })).toBe('Laid out by exact nearest neighbours');
  expect(layoutWords({ recall: 0.9874, placed: 0 })).toBe('Laid out by nearest neighbours, 98.7 % of them the true ones');
  expect(layoutWords({ recall: null, placed: 1 })).toBe('Laid out by exact nearest neighbours; 1 image placed among the others later');
  expect(layoutWords({ recall: null, placed: 1250 })).toBe('Laid out by exact nearest neighbours; 1,250 images placed among the others later');
});
