import type { PresetName, TrainingConfig } from '../../../src-main/contract/config';
import type { ErrorDetail } from '../../../src-main/contract/errors';
import type { TrainingPlan } from '../../../src-main/contract/estimate';
import { inheritedFrom, isInherited } from '../../../src-main/contract/fine-tuning';
import { givenName } from '../../../src-main/contract/names';
import { presetConfig } from '../../../src-main/contract/presets';
import type { SelectedImages } from '../../../src-main/contract/query';
import type { Run } from '../../../src-main/contract/runs';
import { explain, type Client } from '../../client';
import { configProblems, differences, fieldText, formFields, freeName, parseField, type FieldName, type FormField } from './config-form';

/** What the user has entered for a new run: a preset, the fields changed from it, what it begins with, a name and the images. */
export class TrainingForm {
  readonly fields: readonly FormField[] = formFields();
  readonly #client: Pick<Client, 'runs'>;
  readonly #takenNames: () => readonly string[];
  #preset = $state<PresetName>('small');
  #changes = $state.raw<Readonly<Record<string, unknown>>>({});
  /** As typed, for fields that are being edited. */
  #texts = $state.raw<Readonly<Record<string, string>>>({});
  #from = $state.raw<Run | null>(null);
  #name = $state<string | null>(null);
  #collection = $state<number | null>(null);
  #images = $state.raw<Pick<SelectedImages, 'run' | 'selection'> | null>(null);
  #error = $state.raw<ErrorDetail | null>(null);
  #refused = $state.raw<{ field: string; message: string } | null>(null);
  #starting = $state(false);
  /** Beside what is trained already; else it waits its turn. */
  atOnce = $state(false);

  readonly #base = $derived<TrainingConfig>({ ...presetConfig(this.#preset), ...(this.#from && inheritedFrom(this.#from.config)) });
  /** Changes that count: not those of fields that the weights decide. */
  readonly #counted = $derived(Object.fromEntries(Object.entries(this.#changes).filter(([name]) => !this.isLocked(name))));
  readonly #values = $derived<Record<string, unknown>>({ ...this.#base, ...this.#counted, preset: this.#preset });
  readonly #problems = $derived(configProblems(this.#values, this.fields));

  /** @param takenNames names of runs that exist */
  constructor(client: Pick<Client, 'runs'>, takenNames: () => readonly string[]) {
    this.#client = client;
    this.#takenNames = takenNames;
  }

  get preset(): PresetName {
    return this.#preset;
  }
  /** Another preset; what was changed by hand stays changed. */
  set preset(preset: PresetName) {
    this.#preset = preset;
    this.#changes = differences(this.#base as Record<string, unknown>, this.#changes);
  }
  /** Why the start was refused. */
  get error(): ErrorDetail | null {
    return this.#error;
  }
  get starting(): boolean {
    return this.#starting;
  }
  /** How many fields differ from the preset by hand. */
  get changed(): number {
    return Object.keys(this.#counted).length;
  }

  /** Takes over settings: of another run, or of a file. What they leave out is the preset's. @param settings allowed values of known fields */
  take(settings: Readonly<Record<string, unknown>>): void {
    const { preset = 'small', ...fields } = settings as Partial<TrainingConfig>;
    this.#preset = preset;
    this.#texts = {};
    this.#refused = null;
    this.#changes = differences(this.#base as Record<string, unknown>, fields);
  }
  /** All settings as they stand; null while some have to be put right. */
  get config(): TrainingConfig | null {
    return this.#problems.size === 0 ? (this.#values as TrainingConfig) : null;
  }

  /** The run whose newest checkpoint gives the first weights; null: they are new. */
  get from(): Run | null {
    return this.#from;
  }
  set from(run: Run | null) {
    this.#from = run;
    this.#error = null;
    this.#refused = null;
  }
  /** Whether the weights that it begins with decide a field. */
  isLocked(field: string): boolean {
    return this.#from !== null && isInherited(field);
  }

  value(field: FieldName): unknown {
    return this.#values[field];
  }
  text(item: FormField): string {
    return (this.isLocked(item.name) ? undefined : this.#texts[item.name]) ?? fieldText(this.#values[item.name]);
  }
  presetText(item: FormField): string {
    return fieldText(presetConfig(this.#preset)[item.name]);
  }
  isChanged(field: FieldName): boolean {
    return field in this.#counted;
  }
  problem(field: FieldName): string | null {
    return this.#problems.get(field) ?? (this.#refused?.field === field ? this.#refused.message : null);
  }

  /** Takes what was typed or chosen; the schema is asked at once. */
  set(item: FormField, entered: string | boolean): void {
    const value = typeof entered === 'boolean' ? entered : parseField(item, entered);
    if (typeof entered === 'string') this.#texts = { ...this.#texts, [item.name]: entered };
    this.#changes = differences(this.#base as Record<string, unknown>, { ...this.#changes, [item.name]: value });
    if (this.#refused?.field === item.name) this.#refused = null;
  }
  /** Writes a value as the form writes it, once typing has ended. */
  settle(item: FormField): void {
    const { [item.name]: _, ...rest } = this.#texts;
    if (!this.#problems.has(item.name)) this.#texts = rest;
  }
  /** Back to the preset's value; without a field, all of them. */
  reset(field?: FieldName): void {
    const without = <T>(record: Readonly<Record<string, T>>) => Object.fromEntries(Object.entries(record).filter(([name]) => field !== undefined && name !== field));
    this.#changes = without(this.#changes);
    this.#texts = without(this.#texts);
    if (field === undefined || this.#refused?.field === field) this.#refused = null;
  }

  get name(): string {
    return this.#name ?? freeName(this.#from ? `${this.#from.name}, tuned` : `${this.#preset} K${fieldText(this.#values.vocabulary)}`, this.#takenNames());
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
    return !this.#starting && this.problemCount === 0 && this.#collection !== null;
  }
  /** What would be begun; null while a field has to be put right. */
  get plan(): TrainingPlan | null {
    if (this.#collection === null || this.#problems.size > 0) return null;
    return { collection: this.#collection, ...this.#images, config: { ...this.#counted, preset: this.#preset }, ...(this.#from && { from: { run: this.#from.id } }) };
  }

  /** Starts the run; null when the engine refused, which `error` or the field then says. */
  async start(): Promise<Run | null> {
    const { plan } = this;
    if (!this.canStart || !plan) return null;
    this.#starting = true;
    this.#error = null;
    this.#refused = null;
    try {
      return await this.#client.runs.start({ name: this.name.trim(), ...plan, ...(this.atOnce && { atOnce: true }) });
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
