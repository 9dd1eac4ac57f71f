import type { PresetName, TrainingConfig } from '../../../src-main/contract/config';
import type { ErrorDetail } from '../../../src-main/contract/errors';
import { givenName } from '../../../src-main/contract/names';
import type { SelectedImages } from '../../../src-main/contract/query';
import type { Run } from '../../../src-main/contract/runs';
import { explain, wasAborted, type Client } from '../../client';
import { configProblems, differences, fieldText, formFields, freeName, parseField, type FieldName, type FormField } from './config-form';

/** What the user has entered for a new run: a preset, the fields changed from it, a name and a collection. */
export class TrainingForm {
  readonly fields: readonly FormField[] = formFields();
  readonly #client: Pick<Client, 'runs'>;
  readonly #takenNames: () => readonly string[];
  #preset = $state<PresetName>('small');
  #base = $state.raw<TrainingConfig | null>(null);
  #changes = $state.raw<Readonly<Record<string, unknown>>>({});
  /** As typed, for fields that are being edited. */
  #texts = $state.raw<Readonly<Record<string, string>>>({});
  #name = $state<string | null>(null);
  #collection = $state<number | null>(null);
  #images = $state.raw<Pick<SelectedImages, 'run' | 'selection'> | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #refused = $state.raw<{ field: string; message: string } | null>(null);
  #starting = $state(false);
  #asking: AbortController | null = null;

  readonly #values = $derived<Record<string, unknown>>({ ...this.#base, ...this.#changes, preset: this.#preset });
  readonly #problems = $derived(this.#base ? configProblems(this.#values, this.fields) : new Map<FieldName, string>());

  /** @param takenNames names of runs that exist */
  constructor(client: Pick<Client, 'runs'>, takenNames: () => readonly string[]) {
    this.#client = client;
    this.#takenNames = takenNames;
  }

  get preset(): PresetName {
    return this.#preset;
  }
  /** False until the preset's values are there. */
  get ready(): boolean {
    return this.#base !== null;
  }
  /** Why the form cannot go on: the preset could not be read, or the start was refused. */
  get error(): ErrorDetail | null {
    return this.#error;
  }
  get starting(): boolean {
    return this.#starting;
  }
  get changed(): number {
    return Object.keys(this.#changes).length;
  }

  /** Takes another preset; what was changed by hand stays changed. */
  async choosePreset(preset: PresetName): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    this.#preset = preset;
    this.#error = null;
    try {
      const base = await this.#client.runs.configure({ preset }, { signal: asking.signal });
      if (asking.signal.aborted) return;
      this.#base = base;
      this.#changes = differences(base as Record<string, unknown>, this.#changes);
    } catch (error) {
      if (!asking.signal.aborted && !wasAborted(error)) this.#error = explain(error);
    }
  }

  value(field: FieldName): unknown {
    return this.#values[field];
  }
  text(item: FormField): string {
    return this.#texts[item.name] ?? (this.#base ? fieldText(this.#values[item.name]) : '');
  }
  presetText(item: FormField): string {
    return this.#base ? fieldText((this.#base as Record<string, unknown>)[item.name]) : '';
  }
  isChanged(field: FieldName): boolean {
    return field in this.#changes;
  }
  problem(field: FieldName): string | null {
    return this.#problems.get(field) ?? (this.#refused?.field === field ? this.#refused.message : null);
  }

  /** Takes what was typed or chosen; the schema is asked at once. */
  set(item: FormField, entered: string | boolean): void {
    const value = typeof entered === 'boolean' ? entered : parseField(item, entered);
    if (typeof entered === 'string') this.#texts = { ...this.#texts, [item.name]: entered };
    this.#changes = differences((this.#base ?? {}) as Record<string, unknown>, { ...this.#changes, [item.name]: value });
    if (this.#refused?.field === item.name) this.#refused = null;
  }
  /** Writes a value as the form writes it, once typing has ended. */
  settle(item: FormField): void {
    const { [item.name]: _, ...rest } = this.#texts;
    if (!this.#problems.has(item.name)) this.#texts = rest;
  }
  /** Back to the preset's value; without a field, all of them. */
  reset(field?: FieldName): void {
    const without = (record: Readonly<Record<string, unknown>>) => Object.fromEntries(Object.entries(record).filter(([name]) => field !== undefined && name !== field));
    this.#changes = without(this.#changes);
    this.#texts = without(this.#texts) as Record<string, string>;
    if (field === undefined || this.#refused?.field === field) this.#refused = null;
  }

  get name(): string {
    return this.#name ?? freeName(`${this.#preset} K${fieldText(this.#values.vocabulary)}`, this.#takenNames());
  }
  set name(value: string) {
    this.#name = value;
    if (this.#refused?.field === 'name') this.#refused = null;
  }
  get nameProblem(): string | null {
    const result = givenName.safeParse(this.name);
    if (!result.success) return `${result.error.issues[0].message[0].toUpperCase()}${result.error.issues[0].message.slice(1)}.`;
    if (this.#takenNames().some((name) => name.toLowerCase() === this.name.trim().toLowerCase())) return 'Another run has this name.';
    return this.#refused?.field === 'name' ? this.#refused.message : null;
  }
  get collection(): number | null {
    return this.#collection;
  }
  set collection(value: number | null) {
    this.#collection = value;
    this.#error = null;
  }

  /** Images that it trains on; null: all of the collection. */
  get images(): Pick<SelectedImages, 'run' | 'selection'> | null {
    return this.#images;
  }
  set images(value: Pick<SelectedImages, 'run' | 'selection'> | null) {
    this.#images = value;
    this.#error = null;
  }

  /** How many fields have to be put right before the run can start. */
  get problemCount(): number {
    return this.#problems.size + (this.nameProblem ? 1 : 0);
  }
  get canStart(): boolean {
    return this.ready && !this.#starting && this.problemCount === 0 && this.#collection !== null;
  }

  /** Starts the run; null when the engine refused, which `error` or the field then says. */
  async start(): Promise<Run | null> {
    if (!this.canStart || this.#collection === null) return null;
    this.#starting = true;
    this.#error = null;
    this.#refused = null;
    try {
      return await this.#client.runs.start({ name: this.name.trim(), collection: this.#collection, ...this.#images, config: { ...this.#changes, preset: this.#preset } });
    } catch (thrown) {
      const error = explain(thrown);
      const field = error.code === 'NAME_TAKEN' ? 'name' : this.fields.find((item) => item.name === error.subject)?.name;
      if (field) this.#refused = { field, message: error.message };
      else this.#error = error;
      return null;
    } finally {
      this.#starting = false;
    }
  }
}
