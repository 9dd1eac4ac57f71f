import { beforeAll, describe, expect, it, vi } from 'vitest';
import { handleShortcut, shortcutList } from '../../../src-renderer/frame/shortcuts';

class Field {
  isContentEditable = false;
  blur = vi.fn();
  constructor(readonly tagName: string) {}
}

describe('shortcuts', () => {
  beforeAll(() => vi.stubGlobal('HTMLElement', Field));
  const actions = () => ({ page: vi.fn(), filter: vi.fn(), sheet: vi.fn(), palette: vi.fn(), inspector: vi.fn(), undo: vi.fn(), redo: vi.fn(), close: vi.fn() });
  const press = (key: string, o: object = {}) => ({ key, target: null, defaultPrevented: false, ctrlKey: false, altKey: false, metaKey: false, preventDefault: vi.fn(), ...o }) as unknown as KeyboardEvent;

  it('act on plain keys', () => {
    const a = actions();
    for (const key of ['1', '6', '/', '?', 'i', 'Escape']) handleShortcut(press(key), a);
    expect(a.page.mock.calls).toEqual([[0], [5]]);
    for (const action of [a.filter, a.sheet, a.inspector, a.close]) expect(action).toHaveBeenCalledTimes(1);
  });
  it('leave typing, the browser and other widgets alone', () => {
    const a = actions();
    const field = new Field('INPUT');
    handleShortcut(press('1', { target: field }), a);
    handleShortcut(press('Escape', { target: field }), a);
    handleShortcut(press('1', { ctrlKey: true }), a);
    handleShortcut(press('?', { defaultPrevented: true }), a);
    handleShortcut(press('Enter'), a);
    expect(field.blur).toHaveBeenCalledTimes(1);
    for (const action of Object.values(a)) expect(action).not.toHaveBeenCalled();
  });
  it('undo and redo with Ctrl or Command, but not while a field has its own', () => {
    const a = actions();
    handleShortcut(press('z', { ctrlKey: true }), a);
    handleShortcut(press('Z', { metaKey: true, shiftKey: true }), a);
    handleShortcut(press('y', { ctrlKey: true }), a);
    for (const key of ['z', 'y']) handleShortcut(press(key, { ctrlKey: true, target: new Field('INPUT') }), a);
    expect(a.undo).toHaveBeenCalledTimes(1);
    expect(a.redo).toHaveBeenCalledTimes(2);
  });
  it('open the palette from everywhere, fields too', () => {
    const a = actions();
    handleShortcut(press('k', { ctrlKey: true }), a);
    handleShortcut(press('k', { metaKey: true, target: new Field('INPUT') }), a);
    handleShortcut(press('k'), a);
    expect(a.palette).toHaveBeenCalledTimes(2);
  });
  it('are all listed on the sheet', () => {
    const listed = shortcutList.flatMap((group) => group.items.flatMap((item) => item.keys));
    for (const key of ['1', '6', '/', 'I', 'Esc', '?', 'Ctrl K']) expect(listed).toContain(key);
  });
});
