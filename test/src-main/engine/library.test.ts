import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readChosenImages } from '../../../src-main/engine/chosen-images';
import { openLibrary } from '../../../src-main/engine/library';
import { LibraryLock, readLock } from '../../../src-main/engine/library-lock';
import { fillCollection, temporaryFolder } from '../database/library.fixture';

const content = { pid: process.pid, port: 4321, hostToken: 'secret', link: 'http://127.0.0.1:4321/#token=x' };

describe('the lock', () => {
  it('keeps a second engine out and names the first', () => {
    const folder = temporaryFolder();
    const lock = LibraryLock.acquire(folder);
    expect(() => LibraryLock.acquire(folder)).toThrow(expect.objectContaining({ code: 'LIBRARY_IN_USE' }));
    lock.publish(content);
    expect(() => LibraryLock.acquire(folder)).toThrow(
      expect.objectContaining({ code: 'LIBRARY_IN_USE', message: expect.stringContaining('http://127.0.0.1:4321/'), remedy: expect.stringContaining('--library') }),
    );
    expect(readLock(folder)).toEqual(content);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'library.lock')).mode & 0o777).toBe(0o600);
    lock.release();
    expect(existsSync(join(folder, 'library.lock'))).toBe(false);
    const next = LibraryLock.acquire(folder);
    expect(next.clean).toBe(true);
    next.release();
  });

  it('of another process that is killed is free at once, whatever its file says', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'library.lock'), JSON.stringify({ ...content, pid: 1 })); // a process that lives and is no engine
    const lock = LibraryLock.acquire(folder);
    expect(lock.clean).toBe(false);
    lock.release();
    const script = `const D=require('better-sqlite3');const c=new D(process.argv[1]);c.pragma('journal_mode = MEMORY');c.exec('BEGIN EXCLUSIVE');process.kill(process.pid,'SIGKILL')`;
    spawnSync(process.execPath, ['-e', script, join(folder, 'library.guard')]);
    LibraryLock.acquire(folder).release();
  });

  it('file that is half written or foreign tells of no engine', () => {
    const folder = temporaryFolder();
    expect(readLock(folder)).toBeNull();
    for (const text of ['', '{"pid":', '[]', '{"pid":"x","port":1}']) {
      writeFileSync(join(folder, 'library.lock'), text);
      expect(readLock(folder)).toBeNull();
    }
  });
});

describe('a library', () => {
  it('is made where nothing is, holds what was put in, and lets go', () => {
    const folder = join(temporaryFolder(), 'deep', 'library');
    const first = openLibrary(folder);
    fillCollection(first.db, 'mine', 10);
    first.close();
    const second = openLibrary(folder);
    expect(second.db.read.collections.list()).toMatchObject([{ name: 'mine' }]);
    expect(second.notices).toEqual([]);
    second.close();
  });

  it('empties what earlier uploads left', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'uploads', 'half', 'files'), { recursive: true });
    writeFileSync(join(folder, 'uploads', 'half', 'files', 'a.png'), 'x');
    openLibrary(folder).close();
    expect(readdirSync(join(folder, 'uploads'))).toEqual([]);
  });

  it('with a damaged database is opened anew; the damaged one and what its numbers address are set aside, not deleted', () => {
    const folder = temporaryFolder();
    openLibrary(folder).close();
    const damaged = 'not a database '.repeat(500);
    writeFileSync(join(folder, 'library.sqlite'), damaged);
    mkdirSync(join(folder, 'features', 't'), { recursive: true });
    writeFileSync(join(folder, 'features', 't', 'clean.f32'), 'features');
    mkdirSync(join(folder, 'runs', '3', 'checkpoints'), { recursive: true });
    writeFileSync(join(folder, 'runs', '3', 'embeddings-10.f32'), 'embeddings');
    writeFileSync(join(folder, 'runs', '3', 'selection.json'), 'chosen');
    writeFileSync(join(folder, 'images', 'pack-0001.bin'), 'pack');

    const library = openLibrary(folder, new Date('2026-01-02T03:04:05Z'));
    const aside = join(folder, 'damaged-2026-01-02T03-04-05-000Z');
    expect(library.notices).toEqual([expect.stringContaining(aside)]);
    expect(readFileSync(join(aside, 'library.sqlite'), 'utf8')).toBe(damaged);
    expect(readFileSync(join(aside, 'features', 't', 'clean.f32'), 'utf8')).toBe('features');
    expect(readFileSync(join(aside, 'runs', '3', 'embeddings-10.f32'), 'utf8')).toBe('embeddings');
    expect(readFileSync(join(aside, 'runs', '3', 'selection.json'), 'utf8')).toBe('chosen');
    expect(() => readChosenImages(join(folder, 'runs', '3'))).toThrow(/is damaged: the images that the run was told to train on are not known/);
    expect(readdirSync(join(folder, 'features'))).toEqual([]);
    expect(existsSync(join(folder, 'runs', '3', 'checkpoints'))).toBe(true);
    expect(existsSync(join(folder, 'images', 'pack-0001.bin'))).toBe(true);
    library.close();
  });

  it('whose database is gone never takes old features for those of new images', () => {
    const folder = temporaryFolder();
    openLibrary(folder).close();
    for (const name of readdirSync(folder)) if (name.startsWith('library.sqlite')) rmSync(join(folder, name));
    mkdirSync(join(folder, 'features', 't'), { recursive: true });
    writeFileSync(join(folder, 'features', 't', 'clean.done'), Buffer.alloc(120, 1));
    mkdirSync(join(folder, 'runs', '1'), { recursive: true });
    writeFileSync(join(folder, 'runs', '1', 'embeddings-10.done'), Buffer.alloc(70, 1));
    const library = openLibrary(folder);
    const collection = fillCollection(library.db, 'new', 2);
    expect(library.db.read.images.ofCollection(collection)).toEqual([121, 122]); // slots 120 and 121: the first without a record
    library.close();
  });

  it('in a place that cannot be written to is refused with what to do', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    expect(() => openLibrary(join(folder, 'file', 'library'))).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', remedy: expect.stringContaining('--library') }));
  });
});
