import { expect, it } from 'vitest';
import { defaultLibrary } from '../../../src-main/cli/default-library';

it("lies in the platform's data folder unless it is named", () => {
  expect(defaultLibrary({}, 'linux', '/home/a')).toBe('/home/a/.local/share/glyphscope');
  expect(defaultLibrary({ XDG_DATA_HOME: '/data' }, 'linux', '/home/a')).toBe('/data/glyphscope');
  expect(defaultLibrary({}, 'darwin', '/Users/a')).toBe('/Users/a/Library/Application Support/Glyphscope');
  expect(defaultLibrary({ GLYPHSCOPE_LIBRARY: '/l', XDG_DATA_HOME: '/data' }, 'linux', '/home/a')).toBe('/l');
});
