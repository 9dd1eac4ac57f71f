import { describe, expect, it } from 'vitest';
import { chosenFiles, isArchive, takeDrop, walkEntries, type DroppedFile, type UnreadableEntry } from '../../../src-renderer/state/dropped-files';

const file = (name: string): FileSystemEntry => ({ name, isFile: true, isDirectory: false, file: (give: (f: File) => void) => give(new File(['x'], name)) }) as unknown as FileSystemEntry;
const locked = (name: string): FileSystemEntry =>
  ({ name, isFile: true, isDirectory: false, file: (_: unknown, fail: (e: Error) => void) => fail(new Error('Permission was denied.')) }) as unknown as FileSystemEntry;

/** A folder whose reader gives at most 100 entries at a time, as Chromium's does. */
const folder = (name: string, children: FileSystemEntry[]): FileSystemEntry =>
  ({
    name,
    isFile: false,
    isDirectory: true,
    createReader: () => {
      let at = 0;
      return { readEntries: (give: (batch: FileSystemEntry[]) => void) => give(children.slice(at, (at += 100))) };
    },
  }) as unknown as FileSystemEntry;

async function names(entries: FileSystemEntry[], signal?: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  for await (const item of walkEntries(entries, signal)) found.push(item.name);
  return found;
}

describe('walkEntries', () => {
  it('goes into folders and names files by their paths, in order', async () => {
    const tree = [folder('holiday', [file('b.jpg'), folder('sea', [file('2.png'), file('1.png')]), file('a.jpg')]), file('alone.webp')];
    expect(await names(tree)).toEqual(['alone.webp', 'holiday/a.jpg', 'holiday/b.jpg', 'holiday/sea/1.png', 'holiday/sea/2.png']);
  });
  it('reads all of a folder of more than 100 files', async () => {
    const many = Array.from({ length: 257 }, (_, i) => file(`${String(i).padStart(3, '0')}.jpg`));
    const found = await names([folder('many', many)]);
    expect(found).toHaveLength(257);
    expect(found[256]).toBe('many/256.jpg');
  });
  it('goes on past a file that cannot be read, and says why', async () => {
    const found: (DroppedFile | UnreadableEntry)[] = [];
    for await (const item of walkEntries([folder('f', [locked('a.jpg'), file('b.jpg')])])) found.push(item);
    expect(found[0]).toEqual({ name: 'f/a.jpg', reason: 'Permission was denied.' });
    expect(found[1].name).toBe('f/b.jpg');
  });
  it('passes over what systems leave in folders', async () => {
    expect(await names([folder('f', [file('.DS_Store'), file('Thumbs.db'), file('desktop.ini'), folder('.git', [file('x')]), file('a.jpg')])])).toEqual(['f/a.jpg']);
  });
  it('stops when told to', async () => {
    const stop = new AbortController();
    stop.abort();
    expect(await names([file('a.jpg')], stop.signal)).toEqual([]);
  });
});

describe('what a drop or a field holds', () => {
  it('takes entries where there are any and files otherwise', () => {
    const entry = file('a.jpg');
    const plain = new File(['x'], 'b.jpg');
    const items = [
      { kind: 'file', webkitGetAsEntry: () => entry, getAsFile: () => null },
      { kind: 'string', webkitGetAsEntry: () => null, getAsFile: () => null },
      { kind: 'file', webkitGetAsEntry: () => null, getAsFile: () => plain },
    ];
    expect(takeDrop({ items } as unknown as DataTransfer)).toEqual({ entries: [entry], files: [plain] });
  });
  it('keeps the order of names and leaves litter out', () => {
    expect(chosenFiles([new File([], 'b.jpg'), new File([], '.DS_Store'), new File([], 'a.jpg')]).map((f) => f.name)).toEqual(['a.jpg', 'b.jpg']);
  });
  it('knows archives by their names', () => {
    expect(['a.zip', 'a.tar.gz', 'a.TGZ', 'a.tar'].every(isArchive)).toBe(true);
    expect(isArchive('zip.jpg')).toBe(false);
  });
});
