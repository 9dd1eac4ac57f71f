import Database from 'better-sqlite3';

/**
 * Holds a file for this process with the operating system's own lock, which ends with the process however it ends.
 * @returns what lets it go again, or null when another process holds it
 */
export function holdFile(file: string): (() => void) | null {
  const connection = new Database(file, { timeout: 0 });
  try {
    connection.pragma('journal_mode = MEMORY'); // nothing is ever written to it
    connection.exec('BEGIN EXCLUSIVE');
    return () => connection.close();
  } catch (error) {
    connection.close();
    if ((error as { code?: unknown }).code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
