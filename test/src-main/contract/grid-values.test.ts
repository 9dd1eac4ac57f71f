import { describe, expect, it } from 'vitest';
import { fieldValueOf, fieldWord, listedWords } from '../../../src-main/contract/grid-values';

describe('listedWords', () => {
  it('separates words and writes ranges out, both ends included where the step meets the last', () => {
    expect(listedWords(' gumbel ,vector, ')).toEqual(['gumbel', 'vector']);
    expect(listedWords('1:3, 8')).toEqual(['1', '2', '3', '8']);
    expect(listedWords('3:1')).toEqual(['3', '2', '1']);
    expect(listedWords('0:0.3:0.1')).toEqual(['0', '0.1', '0.2', '0.3']);
    expect(listedWords('0.5:0.1:-0.2')).toEqual(['0.5', '0.3', '0.1']);
    expect(listedWords('16:50:16')).toEqual(['16', '32', '48']);
    expect(listedWords('5:5')).toEqual(['5']);
  });

  it('refuses ranges that lead nowhere or far', () => {
    expect(() => listedWords('1:8:-1')).toThrow('The range 1:8:-1 leads nowhere.');
    expect(() => listedWords('1:8:0')).toThrow('leads nowhere');
    expect(() => listedWords('0:1:0.0001')).toThrow('more than 1000 values');
  });
});

describe('fieldValueOf', () => {
  it('reads a word as its field takes it, and what is written is read again', () => {
    expect(fieldValueOf('vocabulary', '64')).toBe(64);
    expect(fieldValueOf('crossView', 'off')).toBe(false);
    expect(fieldValueOf('quantizer', 'vector')).toBe('vector');
    for (const value of [true, false]) expect(fieldValueOf('crossView', fieldWord(value))).toBe(value);
  });

  it('gives null for what the field does not allow', () => {
    expect([fieldValueOf('vocabulary', '1'), fieldValueOf('vocabulary', 'on'), fieldValueOf('vocabulary', ''), fieldValueOf('crossView', '1'), fieldValueOf('quantizer', 'gumble')]).toEqual([null, null, null, null, null]);
  });
});
