import type { ErrorDetail } from '../../../../src-main/contract/errors';
import { paperAxes, sweepRequest, type AblationGroup, type FieldValue, type SweepAxis, type SweepGrid, type SweepRequest, type SweepStatus } from '../../../../src-main/contract/sweeps';
import { explain, type Client } from '../../../client';
import { freeName, type FieldName } from '../config-form';
import { TrainingForm } from '../training-form.svelte';

/** Grids that are ready to take, and what they are for. */
export const readyGrids = [
  { name: 'paper', text: 'The paper’s nine', says: 'Three quantizers at vocabularies of 512, 256 and 128, as in the paper’s table', axes: paperAxes({ small: false }) },
  { name: 'small', text: 'Sizes 16, 32, 64', says: 'The same quantizers at the smaller vocabularies that the paper names as future work', axes: paperAxes({ small: true }) },
  { name: 'seeds', text: 'Five seeds', says: 'The same settings from five beginnings: how much is chance', axes: [{ key: 'seed', values: [0, 1, 2, 3, 4] }] },
  { name: 'lengths', text: 'Lengths', says: 'Descriptions of 1, 2, 4 and 8 symbols', axes: [{ key: 'length', values: [1, 2, 4, 8] }] },
] as const satisfies readonly { name: string; text: string; says: string; axes: SweepAxis[] }[];

/** What the user has entered for a new sweep: what all variants share, in the form of a single run, and what differs. */
export class SweepForm {
  /** Images, preset and fields that are not varied. Its own name and weights are of no use here. */
  readonly base: TrainingForm;
  readonly #client: Pick<Client, 'sweeps'>;
  readonly #takenNames: () => readonly string[];
  #kind = $state<SweepGrid['kind']>('sweep');
  #axes = $state.raw<readonly SweepAxis[]>(paperAxes({ small: true }));
  #groups = $state.raw<readonly AblationGroup[]>(['loss', 'descriptor']);
  #parallel = $state<number | null>(null);
  #name = $state<string | null>(null);
  #refused = $state<string | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #starting = $state(false);

  /** @param takenNames names of sweeps that exist */
  constructor(client: Pick<Client, 'runs' | 'sweeps'>, takenNames: () => readonly string[]) {
    this.base = new TrainingForm(client, () => []);
    this.#client = client;
    this.#takenNames = takenNames;
  }

  get kind(): SweepGrid['kind'] {
    return this.#kind;
  }
  set kind(kind: SweepGrid['kind']) {
    this.#kind = kind;
    this.#error = null;
  }
  get axes(): readonly SweepAxis[] {
    return this.#axes;
  }
  /** Ablation groups. */
  get groups(): readonly AblationGroup[] {
    return this.#groups;
  }
  toggleGroup(group: AblationGroup): void {
    this.#groups = this.#groups.includes(group) ? this.#groups.filter((one) => one !== group) : [...this.#groups, group];
  }

  /** Takes a ready grid in place of what was chosen. */
  takeAxes(axes: readonly SweepAxis[]): void {
    this.#kind = 'sweep';
    this.#axes = axes.map(({ key, values }) => ({ key, values: [...values] }));
    this.#error = null;
  }
  addAxis(key: FieldName): void {
    const value = this.base.value(key);
    const values = typeof value === 'boolean' ? [true, false] : [value as FieldValue];
    this.#axes = [...this.#axes, { key, values }];
  }
  removeAxis(key: FieldName): void {
    this.#axes = this.#axes.filter((axis) => axis.key !== key);
  }
  setValues(key: FieldName, values: readonly FieldValue[]): void {
    this.#axes = this.#axes.map((axis) => (axis.key === key ? { key, values: [...new Set(values)] } : axis));
  }
  /** Fields that are varied, and so not set for all. */
  isVaried(key: FieldName): boolean {
    return this.#kind === 'sweep' && this.#axes.some((axis) => axis.key === key);
  }

  /** Runs at the same time; null: as there is room. */
  get parallel(): number | null {
    return this.#parallel;
  }
  set parallel(value: number | null) {
    this.#parallel = value;
  }

  get name(): string {
    return this.#name ?? freeName(this.#kind === 'ablations' ? 'ablations' : this.#axes.length > 0 ? `${this.#axes.map(({ key }) => key).join(' × ')}` : 'sweep', this.#takenNames());
  }
  set name(value: string) {
    this.#name = value;
    this.#refused = null;
  }
  get nameProblem(): string | null {
    const result = sweepRequest.shape.name.safeParse(this.name);
    if (!result.success) return `${result.error.issues[0].message[0].toUpperCase()}${result.error.issues[0].message.slice(1)}.`;
    if (this.#takenNames().some((name) => name.toLowerCase() === this.name.trim().toLowerCase())) return 'Another sweep has this name.';
    return this.#refused;
  }
  /** Why the grid gives no variants; null when it does. */
  get gridProblem(): string | null {
    if (this.#kind === 'ablations') return this.#groups.length === 0 ? 'Choose at least one part.' : null;
    if (this.#axes.length === 0) return 'Choose a field to vary.';
    const empty = this.#axes.find(({ values }) => values.length === 0);
    return empty ? `Give ${this.#labelOf(empty.key)} a value.` : null;
  }
  #labelOf(key: FieldName): string {
    return this.base.fields.find(({ name }) => name === key)?.label ?? key;
  }

  get error(): ErrorDetail | null {
    return this.#error;
  }
  get starting(): boolean {
    return this.#starting;
  }

  /** What would be begun; null while something has to be put right, the name apart. */
  get request(): SweepRequest | null {
    const { plan } = this.base;
    if (!plan || this.gridProblem) return null;
    const settings = Object.fromEntries(Object.entries(plan.config).filter(([key]) => !this.isVaried(key as FieldName)));
    const grid: SweepGrid = this.#kind === 'ablations' ? { kind: 'ablations', groups: [...this.#groups] } : { kind: 'sweep', axes: [...this.#axes] };
    const { collection, run, selection } = plan;
    return { name: this.name.trim(), collection, ...(selection && { run, selection }), settings, grid, parallel: this.#parallel };
  }

  /** Begins the sweep; null when the engine refused, which `error` or the name then says. */
  async start(): Promise<SweepStatus | null> {
    const { request } = this;
    if (!request || this.nameProblem || this.#starting) return null;
    this.#starting = true;
    this.#error = null;
    try {
      return await this.#client.sweeps.start(request);
    } catch (thrown) {
      const error = explain(thrown);
      if (error.code === 'NAME_TAKEN') this.#refused = error.message;
      else this.#error = error;
      return null;
    } finally {
      this.#starting = false;
    }
  }
}
