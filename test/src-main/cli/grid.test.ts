import { describe, expect, it } from 'vitest';
import { gridAxes } from '../../../src-main/cli/grid';

describe('gridAxes', () => {
  it('reads fields by flag and by key, each value with its type', () => {
    expect(gridAxes(['quantizer=gumbel, vector', 'interpreterLayers=1,3', 'alignment-weight=0,0.5', 'cross-view=on,off'])).toEqual([
      { key: 'quantizer', values: ['gumbel', 'vector'] },
      { key: 'interpreterLayers', values: [1, 3] },
      { key: 'alignmentWeight', values: [0, 0.5] },
      { key: 'crossView', values: [true, false] },
    ]);
  });

  it('writes ranges out', () => expect(gridAxes(['vocabulary=16:48:16, 128', 'learning-rate=0.1:0.3:0.1'])).toEqual([{ key: 'vocabulary', values: [16, 32, 48, 128] }, { key: 'learningRate', values: [0.1, 0.2, 0.3] }]));

  it.each([
    ['vocabulary', '--grid is FIELD=VALUE,VALUE'],
    ['vocabulary=', '--grid is FIELD=VALUE,VALUE'],
    ['colour=red', 'there is no training field "colour"'],
    ['vocabulary=64,many', '--grid vocabulary is a whole number from 2 to 4,096, but "many" was given'],
    ['quantizer=gumble', '--grid quantizer is one of'],
    ['crossView=maybe', '--grid cross-view is on or off'],
  ])('refuses %s by name', (given, says) => expect(() => gridAxes([given])).toThrow(says));

  it('refuses a field given twice', () => expect(() => gridAxes(['seed=1', 'seed=2'])).toThrow('--grid seed was given twice'));
});
