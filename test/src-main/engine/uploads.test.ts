import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Grants } from '../../../src-main/engine/grants';
import { harmlessParts, Uploads } from '../../../src-main/engine/uploads';
import { temporaryFolder } from '../database/library.fixture';

const hostile = [
  '../../etc/passwd', '..\\..\\windows\\system32\\a.png', '/etc/passwd', 'C:\\a.png', 'a/../../b.png', './././x.png', 'a\0b.png', 'con.png', 'COM1', 'nul',
  '.htaccess', '...', '..', '', '/', 'a:b.png', 'a|b?.png', 'line\nbreak.png', '\u202Egnp.exe', ' lead.png', 'trail. ', 'x'.repeat(900) + '.png', '😀'.repeat(100) + '.png', '-rf.png', `${'d/'.repeat(50)}deep.png`,
];

describe('names of an upload', () => {
  it.each(hostile)('stay single harmless file names: %j', (name) => {
    for (const part of harmlessParts(name)) {
      expect(part).not.toMatch(/[\\/\p{C}<>:"|?*]/u);
      expect(part).not.toMatch(/^\.|[. ]$|^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
      expect(Buffer.byteLength(part)).toBeLessThanOrEqual(200);
      expect(part.length).toBeGreaterThan(0);
    }
    expect(harmlessParts(name).length).toBeLessThanOrEqual(8);
  });

  it('are kept when they are harmless already, folders and all', () => {
    expect(harmlessParts('train/cat/0001.jpg')).toEqual(['train', 'cat', '0001.jpg']);
    expect(harmlessParts('Zürich – 猫.png')).toEqual(['Zürich – 猫.png']);
  });

  it('that had to be changed stay different', () => {
    expect(harmlessParts('a:b.png')).not.toEqual(harmlessParts('a|b.png'));
    expect(harmlessParts('a:b.png')[0]).toMatch(/^a_b-[0-9a-f]{8}\.png$/);
  });
});

describe('an upload', () => {
  it('puts every file below its own folder and nothing elsewhere', async () => {
    const root = temporaryFolder();
    const uploads = new Uploads(root);
    const id = await uploads.begin();
    for (const name of hostile) await uploads.add(id, name, new Blob([name]));
    const { path, discard } = uploads.finish(id);
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const entry of files) expect(relative(path, join(entry.parentPath, entry.name)).startsWith(`..${sep}`)).toBe(false);
    await discard();
    expect(readdirSync(root)).toEqual([]);
  });

  it('of one archive is that archive', async () => {
    const uploads = new Uploads(temporaryFolder());
    const id = await uploads.begin();
    await uploads.add(id, 'my images.tar.gz', new Blob(['bytes']));
    await expect(uploads.add(id, 'more.png', new Blob(['x']))).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    const { path } = uploads.finish(id);
    expect(path.endsWith('archive.tar.gz')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('bytes');
  });

  it('that is empty, finished or unknown is refused', async () => {
    const uploads = new Uploads(temporaryFolder());
    const id = await uploads.begin();
    expect(() => uploads.finish(id)).toThrow(expect.objectContaining({ code: 'SOURCE_EMPTY' }));
    await expect(uploads.add(id, 'a.png', new Blob(['x']))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(() => uploads.finish('../../x')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(existsSync(join(temporaryFolder(), 'x'))).toBe(false);
  });

  it('is one of eight at most', async () => {
    const uploads = new Uploads(temporaryFolder());
    for (let i = 0; i < 8; i++) await uploads.begin();
    await expect(uploads.begin()).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});

describe('a grant', () => {
  it('opens its path once, within ten minutes', () => {
    let now = 0;
    const grants = new Grants(() => now);
    const { grant, name } = grants.give('/home/user/Pictures', 'import');
    expect(name).toBe('Pictures');
    expect(grants.take(grant, 'import')).toBe('/home/user/Pictures');
    expect(() => grants.take(grant, 'import')).toThrow(expect.objectContaining({ code: 'NOT_FOUND', remedy: expect.stringContaining('again') }));
    expect(() => grants.take(grants.give('/home/user', 'import').grant, 'export')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    const late = grants.give('/x', 'import').grant;
    now += 10 * 60_000;
    expect(() => grants.take(late, 'import')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
    expect(() => grants.take('/etc', 'import')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });
});
