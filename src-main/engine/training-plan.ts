import type { TrainingConfig } from '../contract/config';
import type { TrainingPlan } from '../contract/estimate';
import type { Collection } from '../contract/images';
import { resolveConfig } from '../contract/presets';
import type { ChosenImages } from './chosen-images';
import { idsOf } from './selected-images';
import type { Services } from './services';
import { fineTuning, type StartingWeights } from './starting-weights';

/** A plan with everything that it names looked up. */
export interface ResolvedPlan {
  collection: Pick<Collection, 'id' | 'name'>;
  config: TrainingConfig;
  /** Null: all images of the collection. */
  chosen: ChosenImages | null;
  /** Null: it begins with new weights. */
  weights: StartingWeights | null;
}

/**
 * Looks up what a run is to be begun with.
 * @throws GlyphscopeError NOT_FOUND for a collection, run or image; INVALID_INPUT naming the field; and as fineTuning
 */
export async function resolvePlan(s: Pick<Services, 'collections' | 'library' | 'runs' | 'teachers'>, { collection, config: given, selection, run, from }: TrainingPlan): Promise<ResolvedPlan> {
  const chosen = selection ? { ids: await idsOf(s, { collection, run, selection }), query: 'query' in selection ? selection.query : null } : null;
  const started = from ? await fineTuning(s, from, given) : { config: resolveConfig(given), weights: null };
  return { collection: s.collections.get(collection), chosen, ...started };
}
