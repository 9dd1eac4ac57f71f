import type { WriteHandle } from '../handles';

/** The sweep that a run belongs to: runs of one name were begun together, to be compared. */
export function sweeps(db: WriteHandle): void {
  db.exec('ALTER TABLE runs ADD COLUMN sweep TEXT');
}
