import type { TrainingConfig } from '../contract/config';
import type { FieldValue } from '../contract/sweeps';
import type { StoredRun } from '../database/runs';
import type { StoredSweep, StoredVariant } from '../database/sweeps';
import { wholeSettings } from './sweep-settings';

const fieldsOf = (config: TrainingConfig) => Object.keys(config) as (keyof TrainingConfig)[];
const pick = (config: TrainingConfig, keys: readonly (keyof TrainingConfig)[]) => Object.fromEntries(keys.map((field) => [field, config[field]])) as Record<string, FieldValue>;

/**
 * A sweep as its runs tell of it: what they share is its settings, what differs the change of each. It waits until it is
 * told to go on; what was trained to its end is done.
 * @param runs at least one
 */
export function adoptedSweep(name: string, runs: readonly StoredRun[]): Omit<StoredSweep, 'id'> {
  const [first] = runs;
  const shared = fieldsOf(first.config).filter((field) => runs.every(({ config }) => config[field] === first.config[field]));
  const settings = pick(first.config, shared);
  const variants = adoptedVariants(name, runs, settings);
  return {
    name,
    kind: 'sweep',
    collection: first.collection,
    collectionName: first.collectionName,
    settings,
    chosen: null,
    parallel: null,
    state: variants.every(({ outcome }) => outcome?.state === 'done') ? 'done' : 'stopped',
    seconds: 0,
    createdAt: first.createdAt,
    variants,
  };
}

/** Runs as variants of a sweep of these settings. @param runs whose names begin with the sweep's and ": " */
export function adoptedVariants(name: string, runs: readonly StoredRun[], settings: StoredSweep['settings']): StoredVariant[] {
  const base = wholeSettings(settings);
  // Threads are what the machine that trained it had.
  const varied = runs.flatMap(({ config }) => fieldsOf(config).filter((field) => field !== 'threads' && config[field] !== base[field]));
  return runs.map((run) => ({
    label: run.name.slice(`${name}: `.length),
    group: run.variant.split(' ')[0],
    change: pick(run.config, varied),
    outcome: run.state === 'finished' ? { state: 'done', error: null } : run.error ? { state: 'failed', error: run.error } : null,
  }));
}
