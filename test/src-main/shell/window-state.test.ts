import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readState, visibleBounds, writeState } from '../../../src-main/shell/window-state';

const bounds = { x: 10, y: 20, width: 900, height: 600 };
const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }];
let folder: string;
beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'glyphscope-state-'))));
afterEach(() => fs.rmSync(folder, { recursive: true }));

describe('window state', () => {
  it('comes back as it was written', () => {
    const file = path.join(folder, 'deep', 'window.json');
    writeState(file, { bounds, maximized: true, theme: 'dark', port: 4000, whenClosing: 'continue' });
    expect(readState(file)).toEqual({ bounds, maximized: true, theme: 'dark', port: 4000, whenClosing: 'continue' });
  });

  it.each(['', 'null', '[]', '{"bounds":{"x":"1"},"port":99999,"theme":"pink","whenClosing":1}', '{"bounds":{"x":0,"y":0,"width":1,"height":1}}'])('takes %j as a first start', (text) => {
    const file = path.join(folder, 'window.json');
    fs.writeFileSync(file, text);
    expect(readState(file)).toEqual({ bounds: null, maximized: false, theme: null, port: 0, whenClosing: 'ask' });
  });

  it('leaves bounds that no screen shows', () => {
    expect(visibleBounds(bounds, screens)).toEqual(bounds);
    expect(visibleBounds({ ...bounds, x: 5000 }, screens)).toBeNull();
    expect(visibleBounds({ ...bounds, y: -300 }, screens)).toBeNull();
    expect(visibleBounds(null, screens)).toBeNull();
  });
});
