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

  it.each([
    ['vocabulary', '--grid is FIELD=VALUE,VALUE'],
    ['vocabulary=', '--grid is FIELD=VALUE,VALUE'],
    ['colour=red', 'there is no training field "colour"'],
    ['vocabulary=64,many', '--vocabulary is a whole number'],
    ['quantizer=gumble', '--quantizer is one of'],
    ['crossView=maybe', '--grid cross-view is on or off'],
  ])('refuses %s by name', (given, says) => expect(() => gridAxes([given])).toThrow(says));

  it('refuses a field given twice', () => expect(() => gridAxes(['seed=1', 'seed=2'])).toThrow('--grid seed was given twice'));
});
