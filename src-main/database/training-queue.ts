import { allValues, change, type ReadHandle, type WriteHandle } from './handles';

export function readTrainingQueue(db: ReadHandle) {
  const all = allValues<number>(db, 'SELECT run FROM training_queue ORDER BY place, run');
  return {
    /** Ids of the runs that wait, the next one first. */
    all: (): number[] => all(),
  };
}

/** Made on a durable handle: a place that was given is kept over a power cut. */
export function writeTrainingQueue(db: WriteHandle) {
  const empty = change(db, 'DELETE FROM training_queue');
  const add = change(db, 'INSERT INTO training_queue (run, place) VALUES (?, ?)');
  return {
    /** Writes the whole order, in a transaction of the caller's. */
    replace: (runs: readonly number[]): void => {
      empty();
      runs.forEach((run, place) => add(run, place));
    },
  };
}
