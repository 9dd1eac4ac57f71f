import type { WriteHandle } from '../handles';

/**
 * What the user says about images, whatever collection they stand in: tags, and which are left out of everything that is
 * computed. `journal` holds what was changed by hand, the newest last; `operation` takes an entry back, or does it again
 * where it is `undone`.
 */
export function curation(db: WriteHandle): void {
  db.exec(`
    CREATE TABLE image_tags (
      tag TEXT NOT NULL COLLATE NOCASE,
      image INTEGER NOT NULL REFERENCES images (id),
      PRIMARY KEY (tag, image)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX image_tags_by_image ON image_tags (image, tag);

    CREATE TABLE excluded_images (
      image INTEGER PRIMARY KEY REFERENCES images (id)
    ) STRICT;

    CREATE TABLE journal (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      title TEXT NOT NULL,
      operation TEXT NOT NULL,
      undone INTEGER NOT NULL DEFAULT 0 CHECK (undone IN (0, 1)),
      created_at INTEGER NOT NULL
    ) STRICT;
  `);
}
