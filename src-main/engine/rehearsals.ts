import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { TrainingConfig } from '../contract/config';
import type { Progress } from '../contract/progress';
import { backendStamp, computeDirectory } from '../model/backend-files';
import { rehearsalMeasures, type RehearsalStart } from '../training/messages';
import { runRehearsal } from '../training/rehearsal-client';
import { KeptFindings, machineStamp } from './kept-findings';
import type { Services } from './services';

const finding = z.object({ at: z.int(), /** Trainings at work meanwhile. */ beside: z.int(), measures: rehearsalMeasures });
export type Rehearsal = z.infer<typeof finding>;

/** What is rehearsed; where it computes is decided here. */
export type RehearsalPlan = Omit<RehearsalStart, 'type' | 'backend' | 'directory'>;

/** Fields that say nothing of what a part of a training takes. */
const free: ReadonlySet<string> = new Set<keyof TrainingConfig>(['preset', 'teacher', 'seed', 'checkpointEvery', 'onCollapse', 'collapseShare']);
/**
 * Fields of which it matters alone whether they are 0, because then something is left out: any other value changes how
 * often something is done, or a factor in a sum.
 */
const counted: ReadonlySet<string> = new Set<keyof TrainingConfig>([
  'steps', 'evaluateEvery', 'heldOut', 'mapSteps', 'readoutSteps', 'imitationSteps', 'imitationWeight',
  'learningRate', 'warmup', 'weightDecay', 'gradientClip', 'gumbelTemperatureStart', 'gumbelTemperatureEnd', 'gumbelNoise', 'sharpenedTemperatureStart', 'sharpenedTemperatureEnd',
  'codebookDecay', 'commitmentWeight', 'codeRevival', 'teacherMomentum', 'projectionWeight', 'alignmentWeight', 'prefixWeight', 'diversityWeight', 'studentTemperature',
  'teacherTemperatureStart', 'teacherTemperature', 'teacherTemperatureWarmup', 'centreMomentum',
]);

/** Rehearsals of trainings (training/rehearsal.ts), kept for each configuration on this machine. */
export class Rehearsals {
  readonly #s: Pick<Services, 'compute' | 'library' | 'locations'>;
  readonly #kept = new KeptFindings({ file: join(computeDirectory(), 'rehearsals.json'), finding, most: 128 });

  constructor(s: Pick<Services, 'compute' | 'library' | 'locations'>) {
    this.#s = s;
  }

  /** The last rehearsal of such a training on this machine and backend; null before the first. */
  async known(plan: RehearsalPlan): Promise<Rehearsal | null> {
    return this.#kept.get(await this.#key(plan));
  }

  /** Rehearses it now. @throws GlyphscopeError as runRehearsal */
  async measure(plan: RehearsalPlan, o: { signal: AbortSignal; onProgress: Progress }): Promise<Rehearsal> {
    const { locations, library, compute } = this.#s;
    const beside = library.db.read.runs.inStates(['training']).length;
    const directory = await mkdtemp(join(library.directory, 'rehearsals', 'rehearsal-'));
    try {
      const measures = await runRehearsal({ ...plan, entry: locations.entries.rehearsal, node: locations.node, backend: await compute.plan(plan.config.backend), directory }, o);
      const found: Rehearsal = { at: Date.now(), beside, measures };
      this.#kept.keep(await this.#key(plan), found);
      return found;
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  async #key({ config, from, ...shapes }: RehearsalPlan): Promise<string> {
    const [first] = (await this.#s.compute.plan(config.backend)).candidates;
    const timed = Object.entries(config).flatMap(([name, value]) => (free.has(name) ? [] : [[name, counted.has(name) ? typeof value === 'number' && value > 0 : value]]));
    return JSON.stringify([machineStamp(this.#s.locations.entries.rehearsal), first, stampOf(first), timed, from !== null, shapes]);
  }
}

/** Changes when what the backend is made of does; a backend that is not there has none. */
function stampOf(backend: Parameters<typeof backendStamp>[0]): string {
  try {
    return backendStamp(backend);
  } catch {
    return '';
  }
}
