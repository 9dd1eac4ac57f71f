import { split, type Split } from '../../src-main/contract/names';
import { prefixQuery, quoted } from '../../src-main/contract/query';

export interface ImageFilter {
  labels?: string[];
  splits?: Split[];
  prefix?: number[];
  name?: string;
}

/** The query that a filter stands for. */
export function filterQuery({ labels, splits, prefix, name }: ImageFilter): string {
  const list = (field: string, values: readonly string[] | undefined) => (values?.length ? [`${field}:${values.map(quoted).join(',')}`] : []);
  return [...(prefix?.length ? [prefixQuery(prefix)] : []), ...list('label', labels), ...list('split', splits), ...(name ? [quoted(name)] : [])].join(' ');
}

/** Reads a filter from an address's parameters; what is not allowed is left out. */
export function filterFromParameters(parameters: URLSearchParams): ImageFilter {
  const prefix = (parameters.get('prefix') ?? '')
    .split('.')
    .filter((part) => /^\d{1,4}$/.test(part))
    .map(Number)
    .filter((symbol) => symbol <= 4095)
    .slice(0, 8);
  const labels = parameters.getAll('label').filter((label) => label !== '');
  const splits = parameters.getAll('split').flatMap((text) => split.safeParse(text).data ?? []);
  const name = (parameters.get('name') ?? '').slice(0, 200);
  return { ...(labels.length && { labels }), ...(splits.length && { splits }), ...(prefix.length && { prefix }), ...(name && { name }) };
}

/** The parameters that `filterFromParameters` reads back. */
export function filterToParameters(filter: ImageFilter): URLSearchParams {
  const parameters = new URLSearchParams();
  if (filter.prefix?.length) parameters.set('prefix', filter.prefix.join('.'));
  for (const label of filter.labels ?? []) parameters.append('label', label);
  for (const one of filter.splits ?? []) parameters.append('split', one);
  if (filter.name) parameters.set('name', filter.name);
  return parameters;
}

export const isFiltering = (filter: ImageFilter): boolean => !!(filter.labels?.length || filter.splits?.length || filter.prefix?.length || filter.name);
