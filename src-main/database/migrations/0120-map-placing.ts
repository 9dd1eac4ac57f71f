import type { WriteHandle } from '../handles';

/**
 * What placing images on a map needs: the checkpoint that it shows and how many units of UMAP's layout its own unit is,
 * both null for maps of before, and how many of its points were placed. And the recall of its nearest neighbours; null: exact.
 */
export function mapPlacing(db: WriteHandle): void {
  db.exec(`
    ALTER TABLE maps ADD COLUMN step INTEGER;
    ALTER TABLE maps ADD COLUMN extent REAL;
    ALTER TABLE maps ADD COLUMN placed INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE maps ADD COLUMN recall REAL;
  `);
}
