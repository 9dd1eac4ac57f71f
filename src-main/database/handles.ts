import Database from 'better-sqlite3';

declare const readable: unique symbol;
declare const writable: unique symbol;

/** A connection that may only be asked. */
export type ReadHandle = Pick<Database.Database, 'prepare'> & { readonly [readable]: true };
/** A connection that may change the library; a function that needs one cannot be called with a `ReadHandle`. */
export type WriteHandle = Pick<Database.Database, 'prepare' | 'exec' | 'pragma' | 'transaction'> &
  ReadHandle & { readonly [writable]: true };

/** How long a connection waits for another one's lock, in milliseconds. */
const busyTimeout = 5_000;

/**
 * Opens a connection that writes. `durable` waits for the disk at every commit (synchronous FULL), and with it for
 * everything committed before by any connection; otherwise a power cut may take the last commits with it, a crash of
 * the process none.
 */
export function openWriteHandle(file: string, options: { durable: boolean }): { handle: WriteHandle; close: () => void } {
  const connection = new Database(file, { timeout: busyTimeout });
  try {
    connection.pragma('journal_mode = WAL');
    connection.pragma(`synchronous = ${options.durable ? 'FULL' : 'NORMAL'}`);
    connection.pragma('foreign_keys = ON');
    connection.pragma('temp_store = MEMORY');
    connection.pragma('cache_size = -16384');
    connection.pragma('journal_size_limit = 16777216');
  } catch (error) {
    connection.close();
    throw error;
  }
  return { handle: connection as unknown as WriteHandle, close: () => connection.close() };
}

/** Opens a connection that reads: SQLite itself refuses every change through it. */
export function openReadHandle(file: string): { handle: ReadHandle; close: () => void } {
  const connection = new Database(file, { timeout: busyTimeout, readonly: true, fileMustExist: true });
  connection.pragma('cache_size = -32768');
  connection.pragma('temp_store = MEMORY');
  return { handle: connection as unknown as ReadHandle, close: () => connection.close() };
}

/** Runs `work` as one transaction: all of it happens or nothing. */
export function inTransaction<T>(db: WriteHandle, work: () => T): T {
  return db.transaction(work).immediate();
}

/** One row per call, typed by the caller who wrote the query; undefined where there is none. */
export function oneRow<Row>(db: ReadHandle, sql: string): (...parameters: unknown[]) => Row | undefined {
  const statement = db.prepare(sql);
  return (...parameters) => statement.get(...parameters) as Row | undefined;
}

/** All rows of a query, typed by the caller who wrote it. */
export function allRows<Row>(db: ReadHandle, sql: string): (...parameters: unknown[]) => Row[] {
  const statement = db.prepare(sql);
  return (...parameters) => statement.all(...parameters) as Row[];
}

/** The first column of all rows. */
export function allValues<Value>(db: ReadHandle, sql: string): (...parameters: unknown[]) => Value[] {
  const statement = db.prepare(sql).pluck();
  return (...parameters) => statement.all(...parameters) as Value[];
}

/** Runs a change; gives the number of rows changed and the last new row number. */
export function change(db: WriteHandle, sql: string): (...parameters: unknown[]) => { changes: number; id: number } {
  const statement = db.prepare(sql);
  return (...parameters) => {
    const result = statement.run(...parameters);
    return { changes: result.changes, id: Number(result.lastInsertRowid) };
  };
}
