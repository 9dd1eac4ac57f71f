import { availableParallelism } from 'node:os';
import type { TrainingConfig } from '../contract/config';
import { toErrorDetail, type ErrorDetail } from '../contract/errors';
import type { Estimate } from '../contract/estimate';
import { resolveConfig, variantName } from '../contract/presets';
import type { SweepPlan, SweepPlanEvent, SweepRequest, SweepVariant } from '../contract/sweeps';
import { usesGpu } from '../model/backend-failures';
import type { SweepClient } from '../sweep/client';
import { planParallel } from '../sweep/parallelism';
import { sweepCost } from './sweep-cost';
import type { Services } from './services';
import { sweepRun, type Parallelism } from './sweep-status';

type PlanServices = Pick<Services, 'library' | 'collections' | 'compute'>;
type Given = Readonly<Record<string, unknown>>;

/**
 * How many of these trainings fit beside each other. A GPU trains one at a time: its memory is taken as a whole.
 * @param given what is given of each training's configuration  @param asked what the user asked for, which is taken as it is
 */
export async function planParallelism({ compute }: Pick<Services, 'compute'>, given: readonly Given[], asked: number | null): Promise<Parallelism> {
  const configs = given.map(resolved).flatMap(({ config }) => (config ? [config] : []));
  const backends = await Promise.all([...new Set(configs.map(({ backend }) => backend))].map((backend) => compute.plan(backend)));
  const onGpu = backends.some(({ candidates }) => usesGpu(candidates[0]));
  return planParallel(configs, { cores: availableParallelism(), memory: process.availableMemory() }, asked ?? (onGpu ? 1 : null));
}

/**
 * What a sweep would train and take: first as far as it is known, with `measure` again after each configuration that had to
 * be timed.
 * @throws GlyphscopeError NOT_FOUND for collection or run
 */
export async function* planSweep(s: PlanServices, client: SweepClient, request: SweepRequest, variants: readonly SweepVariant[], o: { measure: boolean; signal: AbortSignal | undefined }): AsyncGenerator<SweepPlanEvent, void, void> {
  const { collection: id, selection, run, name, settings } = request;
  const collection = s.collections.show(id);
  const looked = variants.map((variant) => ({ ...variant, given: { ...settings, ...variant.change }, ...resolved({ ...settings, ...variant.change }) }));
  const left = looked.filter((variant) => variant.config !== null && sweepRun(s, { name }, variant)?.state !== 'finished');
  const parallelism = await planParallelism(s, left.map(({ given }) => given), request.parallel);
  const estimates = new Map<string, Estimate>();
  const keyOf = ({ config }: { config: TrainingConfig | null }) => JSON.stringify({ ...config, seed: 0 });
  const plan = (): SweepPlan => ({
    variants: looked.map(({ label, group, change, config, error }) => ({ label, group, change, variant: config && variantName(config), error })),
    ...parallelism,
    cost: left.length > 0 ? sweepCost(left.map((variant) => estimates.get(keyOf(variant))!), parallelism.parallel) : null,
    evaluated: collection.labels.length > 0,
  });
  const ask = (given: Given, measure: boolean) =>
    client.runs.estimate({ collection: id, run, ...(selection && { selection }), config: { threads: parallelism.threads, ...given }, measure: measure ? 'missing' : 'no' }, { signal: o.signal });

  for (const variant of left) {
    if (estimates.has(keyOf(variant))) continue;
    for await (const event of await ask(variant.given, false)) if ('estimate' in event) estimates.set(keyOf(variant), event.estimate);
  }
  yield { plan: plan() };
  if (!o.measure) return;
  for (const variant of left) {
    if (estimates.get(keyOf(variant))!.seconds !== null) continue;
    for await (const event of await ask(variant.given, true)) {
      if ('estimate' in event) estimates.set(keyOf(variant), event.estimate);
      else yield { progress: { ...event.progress, phase: `${variant.label}: ${event.progress.phase}` } };
    }
    yield { plan: plan() };
  }
}

/** A variant's whole configuration, or why it is refused. */
function resolved(given: Given): { config: TrainingConfig | null; error: ErrorDetail | null } {
  try {
    return { config: resolveConfig({ ...given }), error: null };
  } catch (error) {
    return { config: null, error: toErrorDetail(error) };
  }
}
