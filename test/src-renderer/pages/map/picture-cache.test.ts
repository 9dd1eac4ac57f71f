import { describe, expect, it } from 'vitest';
import { PictureCache } from '../../../../src-renderer/pages/map/picture-cache';

const rest = () => new Promise((resolve) => setTimeout(resolve, 2));
function cache(slots: number) {
  const asked: number[] = [];
  const put: [number, number][] = [];
  let closed = 0;
  const pictures = new PictureCache({
    slots,
    load: async (image) => {
      asked.push(image);
      if (image === 13) throw new Error('gone');
      return { width: image, close: () => (closed += 1) } as unknown as ImageBitmap;
    },
    onReady: (slot, picture) => put.push([slot, picture.width]),
    atOnce: 2,
  });
  return { pictures, asked, put, closed: () => closed };
}

describe('PictureCache', () => {
  it('loads what is in view once, and frees the bitmap', async () => {
    const { pictures, asked, put, closed } = cache(4);
    pictures.want([1, 2, 3]);
    expect(asked).toEqual([1, 2]);
    await rest();
    pictures.want([1, 2, 3]);
    await rest();
    expect(asked).toEqual([1, 2, 3]);
    expect(put.length).toBe(3);
    expect(closed()).toBe(3);
  });
  it('never holds more than its slots: those out of sight longest make room', async () => {
    const { pictures } = cache(3);
    pictures.want([1, 2, 3]);
    await rest();
    pictures.want([1]);
    pictures.want([4, 1]);
    await rest();
    expect(pictures.loaded).toBe(3);
    expect(pictures.slotOf(2)).toBe(-1);
    expect([1, 3, 4].map((image) => pictures.slotOf(image) >= 0)).toEqual([true, true, true]);
    expect(new Set([1, 3, 4].map((image) => pictures.slotOf(image))).size).toBe(3);
  });
  it('asks once for an image that has no picture, and goes on with the others', async () => {
    const { pictures, asked } = cache(4);
    pictures.want([13, 1, 2]);
    await rest();
    pictures.want([13, 1, 2]);
    await rest();
    expect(asked.filter((image) => image === 13).length).toBe(1);
    expect(pictures.loaded).toBe(2);
    expect(pictures.slotOf(13)).toBe(-1);
  });
  it('asks again for all after the graphics memory was lost', async () => {
    const { pictures, asked } = cache(2);
    pictures.want([1, 2]);
    await rest();
    pictures.clear();
    expect(pictures.loaded).toBe(0);
    pictures.want([1, 2]);
    await rest();
    expect(asked).toEqual([1, 2, 1, 2]);
  });
});
