import type { WriteHandle } from '../handles';

/** What the user looked at and gave a name: `view` is the JSON of contract/views.ts. */
export function savedViews(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE saved_views (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      view TEXT NOT NULL,
      created_at INTEGER NOT NULL
    ) STRICT;
  `);
}
