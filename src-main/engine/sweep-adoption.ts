import type { TrainingConfig } from '../contract/config';
import type { FieldValue } from '../contract/sweeps';
import type { StoredRun } from '../database/runs';
import type { StoredSweep, StoredVariant } from '../database/sweeps';

/**
 * A sweep as its runs tell of it: what they share is its settings, what differs the change of each. It waits until it is
 * told to go on; what was trained to its end is done.
 * @param runs all runs of the sweep, at least one
 */
export function adoptedSweep(name: string, runs: readonly StoredRun[]): Omit<StoredSweep, 'id'> {
  const ordered = [...runs].sort((a, b) => a.id - b.id);
  const [first] = ordered;
  const fields = Object.keys(first.config) as (keyof TrainingConfig)[];
  const varied = fields.filter((field) => ordered.some(({ config }) => config[field] !== first.config[field]));
  const pick = (config: TrainingConfig, keys: readonly (keyof TrainingConfig)[]) => Object.fromEntries(keys.map((field) => [field, config[field]])) as Record<string, FieldValue>;
  const prefix = `${name}: `;
  const variants = ordered.map((run): StoredVariant => ({
    label: run.name.startsWith(prefix) ? run.name.slice(prefix.length) : run.name,
    group: run.variant.split(' ')[0],
    change: pick(run.config, varied),
    outcome: run.state === 'finished' ? { state: 'done', error: null } : run.error ? { state: 'failed', error: run.error } : null,
  }));
  return {
    name,
    kind: 'sweep',
    collection: first.collection,
    collectionName: first.collectionName,
    settings: pick(first.config, fields.filter((field) => !varied.includes(field))),
    chosen: null,
    parallel: null,
    state: variants.every(({ outcome }) => outcome?.state === 'done') ? 'done' : 'stopped',
    seconds: 0,
    createdAt: first.createdAt,
    variants,
  };
}
