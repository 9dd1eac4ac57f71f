import { change, oneRow, type ReadHandle, type WriteHandle } from './handles';

/** Facts about the library as a whole, by name. */
export function readSettings(db: ReadHandle) {
  const get = oneRow<{ value: string }>(db, 'SELECT value FROM settings WHERE key = ?');
  return { get: (key: string): string | null => get(key)?.value ?? null };
}

export function writeSettings(db: WriteHandle) {
  const set = change(db, 'INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value');
  return { set: (key: string, value: string): void => void set(key, value) };
}
