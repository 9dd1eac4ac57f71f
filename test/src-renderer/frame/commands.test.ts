import { describe, expect, it } from 'vitest';
import { findCommands, mostFound, type Command } from '../../../src-renderer/frame/commands';
import { fuzzyScore } from '../../../src-renderer/frame/fuzzy';

const command = (id: string, title: string, group: Command['group'] = 'Pages'): Command => ({ id, title, group, run: () => undefined });

describe('fuzzyScore', () => {
  it('needs every letter in order', () => {
    expect(fuzzyScore('vc', 'Vocabulary')).not.toBeNull();
    expect(fuzzyScore('cv', 'Vocabulary')).toBeNull();
    expect(fuzzyScore('symbol 12', 'Symbol 12: wings')).not.toBeNull();
  });
  it('prefers starts of words, letters side by side and short texts', () => {
    const better = (sought: string, a: string, b: string) => expect(fuzzyScore(sought, a)!).toBeGreaterThan(fuzzyScore(sought, b)!);
    better('map', 'Map', 'Compute the map');
    better('map', 'Compute the map', 'Make a parade');
    better('hi', 'Hide the inspector', 'Switch it off');
    better('symbol 1', 'Symbol 1', 'Symbol 12');
    better('im', 'Import images', 'Swim');
  });
});

describe('findCommands', () => {
  const symbols = Array.from({ length: 128 }, (_, i) => command(`symbol ${i}`, `Symbol ${i}`, 'Symbols'));
  const commands = [command('a', 'Images'), command('b', 'Describe'), command('c', 'Map'), ...symbols];
  it('shows recent ones first and no single symbols before anything is typed', () => {
    expect(findCommands(commands, ' ', ['c', 'symbol 7']).shown.map(({ id }) => id)).toEqual(['c', 'symbol 7', 'a', 'b']);
  });
  it('shows the best fit first, and says how many fit', () => {
    expect(findCommands(commands, 'map', []).shown[0].id).toBe('c');
    const { total, shown } = findCommands(commands, 'symbol', []);
    expect(total).toBe(128);
    expect(shown).toHaveLength(mostFound);
    expect(findCommands(commands, 'symbol 77', []).shown[0].id).toBe('symbol 77');
    expect(findCommands(commands, 'zzz', []).shown).toEqual([]);
  });
  it('lets what was used lately win among equals', () => {
    const two = [command('x', 'Collection cats'), command('y', 'Collection dogs')];
    expect(findCommands(two, 'collection', ['y']).shown.map(({ id }) => id)).toEqual(['y', 'x']);
  });
});
