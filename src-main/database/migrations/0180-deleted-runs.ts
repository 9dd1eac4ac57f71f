import type { WriteHandle } from '../handles';

/**
 * Runs that were deleted stay until they are emptied: when, and the name that they had, which another run may have since.
 * `emptying` is a removal that has begun, which the next engine goes on with.
 */
export function deletedRuns(db: WriteHandle): void {
  db.exec(`
    ALTER TABLE runs ADD COLUMN removed_at INTEGER;
    ALTER TABLE runs ADD COLUMN removed_name TEXT;
    ALTER TABLE runs ADD COLUMN emptying INTEGER NOT NULL DEFAULT 0 CHECK (emptying IN (0, 1));
  `);
}
