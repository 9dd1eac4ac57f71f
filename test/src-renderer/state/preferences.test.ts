import { describe, expect, it } from 'vitest';
import { Preferences, readPreferences } from '../../../src-renderer/state/preferences.svelte';

describe('Preferences', () => {
  it('replaces what is damaged or no longer allowed by its default', () => {
    const defaults = { theme: 'system', tile: 128, collection: null, run: null, inspector: true, nearBy: 'embedding', nearCount: 12, recentCommands: [], notify: false, dismissed: [] };
    expect(readPreferences(null)).toEqual(defaults);
    expect(readPreferences('{ not json')).toEqual(defaults);
    expect(readPreferences('[1]')).toEqual(defaults);
    expect(readPreferences('{"theme":"sepia","tile":7,"collection":5,"inspector":"no"}')).toEqual(defaults);
  });
  it('writes each change and reads it back', () => {
    const kept = new Map<string, string>();
    const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) };
    const preferences = new Preferences(storage);
    preferences.theme = 'dark';
    preferences.tile = 192;
    preferences.run = 'night';
    const again = new Preferences(storage);
    expect([again.theme, again.dark, again.tile, again.run]).toEqual(['dark', true, 192, 'night']);
  });
  it('remembers the commands used last, each once, the newest first, and not without end', () => {
    const preferences = new Preferences(null);
    for (let i = 0; i < 20; i++) preferences.useCommand(`command ${i}`);
    preferences.useCommand('command 15');
    expect(preferences.recentCommands).toHaveLength(12);
    expect(preferences.recentCommands.slice(0, 3)).toEqual(['command 15', 'command 19', 'command 18']);
    expect(readPreferences('{"recentCommands":["a",5,null,"b"]}').recentCommands).toEqual(['a', 'b']);
  });
  it('holds a change although storage is full', () => {
    const preferences = new Preferences({ getItem: () => null, setItem: () => { throw new Error('full'); } });
    preferences.theme = 'light';
    expect(preferences.theme).toBe('light');
  });
});
