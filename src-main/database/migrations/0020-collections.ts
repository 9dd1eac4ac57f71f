import type { WriteHandle } from '../handles';

/**
 * Collections and what stands in them. `name` is what the user sees, unique in a collection; `origin` is the name
 * within the source that was imported, by which a second import knows what it has already.
 */
export function collections(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE collections (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL COLLATE NOCASE UNIQUE,
      sample INTEGER NOT NULL DEFAULT 0 CHECK (sample IN (0, 1)),
      removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
      created_at INTEGER NOT NULL
    ) STRICT;

    CREATE TABLE import_sources (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
      place TEXT NOT NULL,
      fingerprint TEXT,
      UNIQUE (collection, place)
    ) STRICT;

    CREATE TABLE collection_images (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      collection INTEGER NOT NULL REFERENCES collections (id),
      position INTEGER NOT NULL,
      image INTEGER NOT NULL REFERENCES images (id),
      name TEXT NOT NULL,
      label TEXT,
      split TEXT CHECK (split IN ('train', 'test')),
      source INTEGER NOT NULL REFERENCES import_sources (id),
      origin TEXT NOT NULL,
      modified_at INTEGER
    ) STRICT;
    CREATE UNIQUE INDEX collection_images_by_position ON collection_images (collection, position);
    CREATE UNIQUE INDEX collection_images_by_name ON collection_images (collection, name);
    CREATE UNIQUE INDEX collection_images_by_origin ON collection_images (source, origin);
    CREATE INDEX collection_images_by_label ON collection_images (collection, label, position);
    CREATE INDEX collection_images_by_split ON collection_images (collection, split, position);
    CREATE INDEX collection_images_by_image ON collection_images (collection, image, position);

    CREATE TABLE failures (
      source INTEGER NOT NULL REFERENCES import_sources (id) ON DELETE CASCADE,
      name TEXT NOT NULL,
      code TEXT NOT NULL,
      reason TEXT NOT NULL,
      PRIMARY KEY (source, name)
    ) STRICT, WITHOUT ROWID;
  `);
}
