import { trainingEvent, type TrainingEvent } from '../contract/runs';
import { allRows, allValues, change, oneRow, type ReadHandle, type WriteHandle } from './handles';
import { writeRunColumns } from './run-columns';

const stepOf = (event: TrainingEvent): number => ('step' in event ? event.step : 0);
const parse = (text: string): TrainingEvent => trainingEvent.parse(JSON.parse(text));

export function readTrainingEvents(db: ReadHandle) {
  const count = oneRow<{ n: number }>(db, `SELECT count(*) AS n FROM training_events WHERE run = ? AND type = 'step' AND step BETWEEN ? AND ?`);
  const thinned = allValues<string>(
    db,
    `SELECT event FROM training_events WHERE id IN (
       SELECT id FROM (
         SELECT id, row_number() OVER (ORDER BY step) - 1 AS place, count(*) OVER () AS n
         FROM training_events WHERE run = :run AND type = 'step'
       ) WHERE place % :stride = 0 OR place = n - 1
     ) ORDER BY step`,
  );
  const newestStep = allValues<string>(db, `SELECT event FROM training_events WHERE run = ? AND type = 'step' ORDER BY step DESC LIMIT 1`);
  const stretch = allValues<string>(db, `SELECT event FROM training_events WHERE run = ? AND type = 'step' AND step BETWEEN ? AND ? ORDER BY step LIMIT ?`);
  const ofType = allValues<string>(db, 'SELECT event FROM training_events WHERE run = ? AND type = ? ORDER BY step, id');
  const newestState = oneRow<{ id: number | null }>(db, `SELECT max(id) AS id FROM training_events WHERE run = ? AND type = 'state'`);
  const after = allRows<{ id: number; event: string }>(db, 'SELECT id, event FROM training_events WHERE run = ? AND id > ? AND step > ? ORDER BY id LIMIT ?');
  return {
    /** Steps of which there is an event, from one to another, both included. */
    stepCount: (run: number, from = 0, to = Number.MAX_SAFE_INTEGER): number => count(run, from, to)!.n,
    /** Every `stride`-th step event and the last one. */
    steps: (run: number, stride: number): TrainingEvent[] => thinned({ run, stride }).map(parse),
    /** The newest step event, if there is one. */
    newestStep: (run: number): TrainingEvent[] => newestStep(run).map(parse),
    /** Step events from one step to another, both included, at most so many. They were checked when they were stored. */
    stretch: (run: number, from: number, to: number, limit: number): TrainingEvent[] => stretch(run, from, to, limit).map((text) => JSON.parse(text) as TrainingEvent),
    ofType: (run: number, type: TrainingEvent['type']): TrainingEvent[] => ofType(run, type).map(parse),
    /** Row of the newest event that told a state; 0 without one. */
    newestState: (run: number): number => newestState(run)!.id ?? 0,
    /** Events after `step` in the order they came, from the row after `row` on. */
    after: (run: number, step: number, row: number, limit: number): { row: number; event: TrainingEvent }[] =>
      after(run, row, step, limit).map(({ id, event }) => ({ row: id, event: parse(event) })),
  };
}

export function writeTrainingEvents(db: WriteHandle) {
  const add = change(db, 'INSERT INTO training_events (run, type, step, event) VALUES (?, ?, ?, ?)');
  const forget = change(db, `DELETE FROM training_events WHERE run = ? AND type IN ('step', 'evaluation', 'snapshot', 'alarm') AND step > ?`);
  const columns = writeRunColumns(db);
  return {
    add: (run: number, event: TrainingEvent): void => void add(run, event.type, stepOf(event), JSON.stringify(event)),
    /** A run that goes on from a checkpoint does the steps after it again: what was seen of them goes. */
    forgetAfter: (run: number, step: number): void => {
      forget(run, step);
      columns.forget(run);
    },
  };
}
