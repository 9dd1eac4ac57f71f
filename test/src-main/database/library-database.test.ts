import Database from 'better-sqlite3';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLibraryDatabase } from '../../../src-main/database/library-database';
import { openReadHandle, openWriteHandle } from '../../../src-main/database/handles';
import { currentVersion, libraryVersion, migrate, migrations } from '../../../src-main/database/migrations';
import { fillCollection, temporaryDatabase, temporaryFolder } from './library.fixture';

describe('migrations', () => {
  it('have rising numbers in steps of ten, and every table is STRICT', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, i) => (i + 1) * 10));
    const folder = temporaryFolder();
    temporaryDatabase(join(folder, 'library.sqlite'));
    const { handle, close } = openReadHandle(join(folder, 'library.sqlite'));
    const tables = handle.prepare(`SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'`).all() as { name: string; strict: number }[];
    close();
    expect(tables.length).toBeGreaterThan(10);
    expect(tables.filter(({ strict }) => !strict)).toEqual([]);
  });

  it.each(migrations.slice(0, -1).map(({ version }, i) => [version, i + 1] as const))('brings a library of format %i to the current one and keeps a copy of it', (version, count) => {
    const folder = temporaryFolder();
    const file = join(folder, 'library.sqlite');
    const old = openWriteHandle(file, { durable: false });
    migrate(old.handle, () => undefined, migrations.slice(0, count));
    old.handle.exec(`INSERT INTO settings (key, value) VALUES ('kept', 'yes')`);
    expect(libraryVersion(old.handle)).toBe(version);
    old.close();

    const db = temporaryDatabase(file);
    expect(db.read.settings.get('kept')).toBe('yes');
    fillCollection(db, 'after', 3);
    const copy = join(folder, `library.before-format-${currentVersion}-from-${version}.sqlite`);
    const kept = new Database(copy, { readonly: true });
    expect(kept.pragma('user_version', { simple: true })).toBe(version);
    expect(kept.prepare('SELECT value FROM settings').pluck().get()).toBe('yes');
    kept.close();
  });

  it('makes no copy of a new library or of one that is current', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'library.sqlite');
    openLibraryDatabase(file, { check: false }).close();
    openLibraryDatabase(file, { check: true }).close();
    expect(readdirSync(folder).filter((name) => name.includes('before-format'))).toEqual([]);
  });

  it('leaves a library as it was when a step fails', () => {
    const file = join(temporaryFolder(), 'library.sqlite');
    const { handle, close } = openWriteHandle(file, { durable: false });
    const broken = { version: 20, apply: (db: typeof handle) => db.exec('CREATE TABLE half (a) STRICT; nonsense') };
    expect(() => migrate(handle, () => undefined, [migrations[0], broken])).toThrow();
    expect(libraryVersion(handle)).toBe(10);
    expect(handle.prepare(`SELECT count(*) FROM sqlite_master WHERE name = 'half'`).pluck().get()).toBe(0);
    close();
  });

  it('refuses a library from a newer version, says both formats and changes nothing', () => {
    const folder = temporaryFolder();
    const file = join(folder, 'library.sqlite');
    openLibraryDatabase(file, { check: false }).close();
    const newer = new Database(file);
    newer.pragma(`user_version = ${currentVersion + 10}`);
    newer.close();
    expect(() => openLibraryDatabase(file, { check: false })).toThrow(
      expect.objectContaining({ code: 'LIBRARY_NEWER', message: expect.stringMatching(new RegExp(`${currentVersion + 10}.*${currentVersion}`)), remedy: expect.stringContaining('newer Glyphscope') }),
    );
    expect(readdirSync(folder).filter((name) => name.includes('before-format'))).toEqual([]);
  });
});

describe('an unsound file', () => {
  it('is reported as LIBRARY_DAMAGED when it is no database at all', () => {
    const file = join(temporaryFolder(), 'library.sqlite');
    writeFileSync(file, 'This is not a database, and it is longer than a header of one hundred bytes would be. '.repeat(20));
    expect(() => openLibraryDatabase(file, { check: false })).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED' }));
    expect(existsSync(file)).toBe(true);
  });

  it('is found by the check when pages in its middle were overwritten', async () => {
    const file = join(temporaryFolder(), 'library.sqlite');
    const db = openLibraryDatabase(file, { check: false });
    fillCollection(db, 'many', 2000);
    db.close();
    const { openSync, writeSync, fstatSync, closeSync } = await import('node:fs');
    const handle = openSync(file, 'r+');
    for (let at = 16 * 4096; at < fstatSync(handle).size - 4096; at += 5 * 4096) writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, at);
    closeSync(handle);
    expect(() => openLibraryDatabase(file, { check: true })).toThrow(expect.objectContaining({ code: 'LIBRARY_DAMAGED' }));
  });
});

it('keeps a reading handle from changing anything', () => {
  const file = join(temporaryFolder(), 'library.sqlite');
  openLibraryDatabase(file, { check: false }).close();
  const { handle, close } = openReadHandle(file);
  expect(() => handle.prepare(`INSERT INTO settings (key, value) VALUES ('a', 'b')`).run()).toThrow(/readonly/);
  close();
});
