import { describe, expect, it } from 'vitest';
import { brighten, changeContrast, saturate, shiftHue, solarize, toGrey } from '../../../src-main/dataset/colour';

const after = (change: (pixels: Float32Array) => void, ...values: number[]) => {
  const pixels = Float32Array.from(values);
  change(pixels);
  return [...pixels].map((value) => Math.round(value * 100) / 100);
};

describe('colour', () => {
  it('brightens by a factor, up to white', () => expect(after((p) => brighten(p, 1.4), 100, 0, 200)).toEqual([140, 0, 255]));
  it('moves contrast about the mean grey', () => {
    expect(after((p) => changeContrast(p, 0), 100, 100, 100, 200, 200, 200)).toEqual(new Array(6).fill(150));
    expect(after((p) => changeContrast(p, 2), 100, 100, 100, 200, 200, 200)).toEqual([50, 50, 50, 250, 250, 250]);
  });
  it('saturates about the grey of each pixel', () => {
    const grey = Math.round(Math.fround(0.299 * 255 + 0.114 * 100) * 100) / 100;
    expect(after((p) => saturate(p, 0), 255, 0, 100)).toEqual([grey, grey, grey]);
    expect(after((p) => saturate(p, 1), 255, 0, 100)).toEqual([255, 0, 100]);
  });
  it('turns hues: thirds of a circle exchange the colours, a whole one changes nothing', () => {
    expect(after((p) => shiftHue(p, 1 / 3), 255, 0, 0, 10, 200, 30)).toEqual([0, 255, 0, 30, 10, 200]);
    expect(after((p) => shiftHue(p, -1 / 3), 255, 0, 0)).toEqual([0, 0, 255]);
    expect(after((p) => shiftHue(p, 1 / 6), 255, 0, 0)).toEqual([255, 255, 0]);
    for (const turn of [0, 1, -1]) expect(after((p) => shiftHue(p, turn), 12, 34, 56, 200, 100, 0, 9, 8, 7, 5, 5, 5)).toEqual([12, 34, 56, 200, 100, 0, 9, 8, 7, 5, 5, 5]);
  });
  it('greys with the weights of BT.601', () => expect(after(toGrey, 100, 50, 200)).toEqual(new Array(3).fill(82.05)));
  it('solarizes from 128 up', () => expect(after(solarize, 127, 128, 255)).toEqual([127, 127, 0]));
});
