import { describe, expect, it, vi } from 'vitest';

vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
vi.stubGlobal('navigator', { language: 'en-GB' });
vi.stubGlobal('devicePixelRatio', 1);
const { plotRows } = await import('../../../src-renderer/charts/line-plot');

describe('plotRows', () => {
  const drawn = { x: [1, 2], rows: [[3, -1], [9, 0]] };
  it('puts x before the rows', () => expect(plotRows(drawn, false)).toEqual([[1, 2], [3, -1], [9, 0]]));
  it('drops what a logarithm cannot show', () => expect(plotRows(drawn, true)).toEqual([[1, 2], [3, null], [9, null]]));
});
