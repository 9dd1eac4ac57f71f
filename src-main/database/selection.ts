import type { ImageFilter } from '../contract/images';
import { prefixRange } from './symbol-bytes';

/** Which entries of a collection a query is about. `run` matters for the prefix only. */
export interface Selection {
  collection: number;
  run: number | null;
  filter: ImageFilter;
}

/** A condition on `collection_images c` (and `descriptions d` where a prefix is asked for) with its parameters. */
export interface Condition {
  from: string;
  where: string;
  parameters: Record<string, unknown>;
}

/** Whether an entry's image is excluded. */
const isExcluded = 'EXISTS (SELECT 1 FROM excluded_images x WHERE x.image = c.image)';

export const hasConditions = ({ labels, splits, prefix, name, excluded }: ImageFilter): boolean =>
  Boolean(labels?.length || splits?.length || prefix?.length || name || excluded !== 'shown');

/**
 * The FROM and WHERE of a selection. Empty lists mean "no condition", as a form with nothing ticked does. A prefix is
 * driven from the index of descriptions, where it is a range; everything else from the indexes of the collection.
 */
export function toCondition({ collection, run, filter }: Selection): Condition {
  const where = ['c.collection = :collection'];
  const parameters: Record<string, unknown> = { collection };
  let from = 'collection_images c';
  if (!filter.prefix?.length && (filter.labels?.length || filter.splits?.length))
    from += ` INDEXED BY collection_images_by_${filter.labels?.length ? 'label' : 'split'}`;
  if (filter.prefix?.length) {
    const range = prefixRange(filter.prefix);
    from = 'descriptions d CROSS JOIN collection_images c ON c.image = d.image';
    where.unshift('d.run = :run', 'd.symbols >= :prefixFrom', 'd.symbols < :prefixBelow');
    Object.assign(parameters, { run: run ?? 0, prefixFrom: range.from, prefixBelow: range.below });
  }
  if (filter.labels?.length) {
    where.push('c.label IN (SELECT value FROM json_each(:labels))');
    parameters.labels = JSON.stringify(filter.labels);
  }
  if (filter.splits?.length) {
    where.push('c.split IN (SELECT value FROM json_each(:splits))');
    parameters.splits = JSON.stringify(filter.splits);
  }
  if (filter.name) {
    where.push(`c.name LIKE :name ESCAPE '\\'`);
    parameters.name = `%${filter.name.replace(/[\\%_]/g, '\\$&')}%`;
  }
  if (filter.excluded !== 'shown') where.push(filter.excluded === 'only' ? isExcluded : `NOT ${isExcluded}`);
  return { from, where: where.join(' AND '), parameters };
}

/** A text that two selections share exactly when they ask the same. */
export function selectionKey({ collection, run, filter }: Selection): string {
  return JSON.stringify([
    collection,
    filter.prefix?.length ? [run, filter.prefix] : null,
    [...(filter.labels ?? [])].sort(),
    [...(filter.splits ?? [])].sort(),
    filter.name ?? '',
    filter.excluded ?? 'hidden',
  ]);
}
