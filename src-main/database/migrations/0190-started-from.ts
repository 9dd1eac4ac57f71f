import type { WriteHandle } from '../handles';

/** The checkpoint of another run that a run began with, as JSON (contract/fine-tuning.ts); null: new weights. */
export function startedFrom(db: WriteHandle): void {
  db.exec('ALTER TABLE runs ADD COLUMN started_from TEXT');
}
