import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';
import { openLibraryDatabase, type LibraryDatabase } from '../database/library-database';
import { chosenImagesFile } from './chosen-images';
import { LibraryLock } from './library-lock';

/** An open library folder. */
export interface Library {
  readonly directory: string;
  /** Its database. */
  readonly file: string;
  /** Where trainings keep what others can begin with. */
  readonly prepared: string;
  readonly db: LibraryDatabase;
  readonly lock: LibraryLock;
  /** What the user should know about how it was opened, one line each. */
  readonly notices: string[];
  close(): void;
}

/**
 * Opens the library in `directory`, or makes one there.
 * A damaged database is set aside, never deleted, together with everything that is addressed by its numbers; runs and
 * image packs stay.
 * @throws GlyphscopeError LIBRARY_IN_USE, LIBRARY_NEWER, INVALID_INPUT when the folder cannot be used
 */
export function openLibrary(directory: string, now: Date = new Date()): Library {
  try {
    for (const folder of ['images', 'thumbnails', 'features', 'runs', 'maps', 'uploads', 'exports', 'rehearsals']) mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new GlyphscopeError('INVALID_INPUT', `The library folder cannot be used: ${(error as Error).message}.`, {
      subject: directory,
      remedy: 'Choose a folder that you may write to with --library.',
      cause: error,
    });
  }
  const lock = LibraryLock.acquire(directory);
  const notices: string[] = [];
  try {
    emptyPassing(directory);
    const db = openOrSetAside(directory, lock.clean, now, notices);
    db.write.images.neverReuseUpTo(recordsIn(directory));
    return {
      directory,
      file: join(directory, 'library.sqlite'),
      prepared: join(directory, 'prepared'),
      db,
      lock,
      notices,
      close: () => {
        db.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openOrSetAside(directory: string, clean: boolean, now: Date, notices: string[]): LibraryDatabase {
  const file = join(directory, 'library.sqlite');
  try {
    return openLibraryDatabase(file, { check: !clean && existsSync(file) });
  } catch (error) {
    if (!(error instanceof GlyphscopeError && error.code === 'LIBRARY_DAMAGED')) throw error;
    const aside = setAside(directory, now);
    notices.push(
      `${error.message} It was set aside in ${aside} and a new one begun; your image files and runs are untouched. Import your images again.`,
    );
    return openLibraryDatabase(file, { check: false });
  }
}

/** Moves the database and what is addressed by its numbers into a folder of their own; gives the folder. */
function setAside(directory: string, now: Date): string {
  const stamp = now.toISOString().replace(/[:.]/g, '-');
  const aside = join(directory, `damaged-${stamp}`);
  mkdirSync(aside);
  const move = (name: string) => {
    if (existsSync(join(directory, name))) renameSync(join(directory, name), join(aside, name));
  };
  for (const name of readdirSync(directory)) if (name.startsWith('library.sqlite')) move(name);
  move('prepared');
  for (const folder of ['features', 'maps']) {
    move(folder);
    mkdirSync(join(directory, folder), { recursive: true, mode: 0o700 });
  }
  const runs = readdirSync(join(directory, 'runs'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name: run } of runs)
    for (const name of readdirSync(join(directory, 'runs', run))) {
      if (!name.startsWith('embeddings') && name !== 'images.json' && name !== chosenImagesFile) continue;
      mkdirSync(join(aside, 'runs', run), { recursive: true });
      move(join('runs', run, name));
      // A run that was told what to train on must not go on with everything: an empty list is refused as damaged.
      if (name === chosenImagesFile) writeFileSync(join(directory, 'runs', run, name), '');
    }
  return aside;
}

/** Unfinished uploads, fetched exports and rehearsals of an earlier engine belong to nobody. */
function emptyPassing(directory: string): void {
  for (const folder of ['uploads', 'exports', 'rehearsals'])
    for (const name of readdirSync(join(directory, folder))) rmSync(join(directory, folder, name), { recursive: true, force: true });
  for (const name of readdirSync(join(directory, 'runs'))) if (/^import-.*\.part$/.test(name)) rmSync(join(directory, 'runs', name), { recursive: true, force: true });
}

/**
 * Slots that some fixed-record file has. A database that was lost, or put back from a copy, must not give their numbers
 * to other images: their features would pass for those of the new ones.
 */
function recordsIn(directory: string): number {
  const folders = ['features', 'runs'].flatMap((name) =>
    readdirSync(join(directory, name), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(directory, name, entry.name)] : [])),
  );
  const sizes = folders.flatMap((folder) => readdirSync(folder).flatMap((name) => (name.endsWith('.done') ? [statSync(join(folder, name)).size] : [])));
  return Math.max(0, ...sizes);
}
