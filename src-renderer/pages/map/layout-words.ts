import type { MapInfo } from '../../../src-main/contract/explore';
import { formatCount, formatShare } from '../../charts/number-format';

/** What a map was laid out by, and how many of its images were placed among the others later. */
export function layoutWords({ recall, placed }: Pick<MapInfo, 'recall' | 'placed'>): string {
  const by = recall === null ? 'Laid out by exact nearest neighbours' : `Laid out by nearest neighbours, ${formatShare(recall)} of them the true ones`;
  return placed === 0 ? by : `${by}; ${formatCount(placed)} ${placed === 1 ? 'image' : 'images'} placed among the others later`;
}
