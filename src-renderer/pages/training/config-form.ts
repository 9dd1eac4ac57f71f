import * as z from 'zod';
import { field, trainingConfig, type FieldMeta, type TrainingConfig } from '../../../src-main/contract/config';
import { conflicts } from '../../../src-main/contract/presets';

export type FieldName = keyof TrainingConfig & string;

/** One field of the form, as the schema and the registry describe it. Nothing else lists the options. */
export interface FormField extends FieldMeta {
  name: FieldName;
  kind: 'integer' | 'number' | 'choice' | 'switch' | 'text';
  /** Values of a choice. */
  choices: readonly string[];
  minimum: number | null;
  maximum: number | null;
  /** The field may be left empty, which means null. */
  nullable: boolean;
}

export interface FormGroup {
  name: FieldMeta['group'];
  fields: FormField[];
  advanced: FormField[];
}

interface JsonSchema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  properties?: Record<string, JsonSchema>;
}

const shape = trainingConfig.shape as Record<string, z.ZodType>;

function kindOf(schema: JsonSchema, name: string): Pick<FormField, 'kind' | 'choices'> {
  if (schema.enum) return { kind: 'choice', choices: schema.enum.map(String) };
  if (schema.const !== undefined) return { kind: 'choice', choices: [String(schema.const)] };
  if (schema.type === 'integer' || schema.type === 'number') return { kind: schema.type, choices: [] };
  if (schema.type === 'boolean') return { kind: 'switch', choices: [] };
  if (schema.type === 'string') return { kind: 'text', choices: [] };
  throw new Error(`The form cannot show the config field "${name}" of type ${schema.type ?? 'unknown'}.`);
}

/** Every field of the config in the schema's order. Throws when one has no entry in the registry. */
export function formFields(): FormField[] {
  const properties = (z.toJSONSchema(trainingConfig, { io: 'output' }) as JsonSchema).properties ?? {};
  return Object.entries(properties).map(([name, property]) => {
    const meta = field.get(shape[name]);
    if (!meta) throw new Error(`The config field "${name}" has no label in the field registry.`);
    const nullable = property.anyOf?.some((s) => s.type === 'null') ?? false;
    const schema = property.anyOf?.find((s) => s.type !== 'null') ?? property;
    return {
      ...meta,
      ...kindOf(schema, name),
      name: name as FieldName,
      minimum: schema.minimum ?? schema.exclusiveMinimum ?? null,
      maximum: schema.maximum ?? schema.exclusiveMaximum ?? null,
      nullable,
    };
  });
}

/** The fields by group, groups in the order in which they first occur; `preset` and `teacher` are chosen apart and left out. */
export function formGroups(fields: readonly FormField[] = formFields()): FormGroup[] {
  const groups: FormGroup[] = [];
  for (const item of fields) {
    if (item.name === 'preset' || item.name === 'teacher') continue;
    let group = groups.find((g) => g.name === item.group);
    if (!group) groups.push((group = { name: item.group, fields: [], advanced: [] }));
    (item.advanced ? group.advanced : group.fields).push(item);
  }
  return groups;
}

/** Turns what was typed into a value; text that is no number becomes NaN, which the schema refuses. */
export function parseField(item: FormField, text: string): unknown {
  const trimmed = text.trim().replace(/^[−–]/, '-');
  if (item.nullable && trimmed === '') return null;
  if (item.kind === 'integer' || item.kind === 'number') {
    const plain = trimmed.replace(/(?<=\d)[,_ ](?=\d{3}(\D|$))/g, '');
    return plain === '' ? Number.NaN : Number(plain);
  }
  return trimmed;
}

/** How a value stands in its field. */
export function fieldText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' && Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential().replace('e+', 'e') : String(value);
}

function limits(item: FormField): string {
  const number = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 12 });
  const low = item.minimum === null ? null : number.format(item.minimum);
  const high = item.maximum === null || item.maximum >= Number.MAX_SAFE_INTEGER ? null : number.format(item.maximum);
  if (low !== null && high !== null) return ` from ${low} to ${high}`;
  if (low !== null && item.minimum !== Number.MIN_SAFE_INTEGER) return `, at least ${low}`;
  return high === null ? '' : `, at most ${high}`;
}

/** The limits alone, short enough to stand beside a field: "1 to 8". */
export const limitsText = (item: FormField): string => (item.kind === 'integer' || item.kind === 'number' ? limits(item).replace(/^( from |, )/, '') : '');

/** The allowed values in words: "a whole number from 1 to 8". */
export function allowed(item: FormField): string {
  if (item.kind === 'integer') return `a whole number${limits(item)}`;
  if (item.kind === 'number') return `a number${limits(item)}`;
  if (item.kind === 'choice') return `one of ${item.choices.join(', ')}`;
  return item.kind === 'switch' ? 'on or off' : 'text';
}

/** What is wrong with one value, or null. The schema decides; the words name what is allowed. */
export function fieldProblem(item: FormField, value: unknown): string | null {
  const result = shape[item.name].safeParse(value);
  if (result.success) return null;
  const custom = result.error.issues.find((issue) => issue.code === 'custom');
  return custom ? custom.message : `Enter ${allowed(item)}.`;
}

/** Problems of the whole config by field; rules between fields are named at the field that they point to. */
export function configProblems(config: Record<string, unknown>, fields: readonly FormField[] = formFields()): Map<FieldName, string> {
  const problems = new Map<FieldName, string>();
  for (const item of fields) {
    const problem = fieldProblem(item, config[item.name]);
    if (problem) problems.set(item.name, problem);
  }
  const whole = trainingConfig.safeParse(config);
  if (!whole.success)
    for (const issue of whole.error.issues) {
      const name = (issue.path[0] ?? 'preset') as FieldName;
      if (!problems.has(name)) problems.set(name, issue.message);
    }
  else
    for (const { subject, message, remedy } of conflicts(whole.data)) {
      const name = subject as FieldName;
      if (!problems.has(name)) problems.set(name, inLabels([message, remedy].filter(Boolean).join(' '), fields));
    }
  return problems;
}

/** Names of fields in a message, as the form calls them. */
function inLabels(text: string, fields: readonly FormField[]): string {
  const labels = new Map(fields.map(({ name, label }) => [name as string, label]));
  return text.replace(/\b[a-z]+(?:[A-Z][a-z]*)*\b(?= = )|\b[a-z]+(?:[A-Z][a-z]*)+\b/g, (word) => labels.get(word) ?? word);
}

/** The fields whose label, name or group has every word; where none has, those whose help does. */
export function findFields(fields: readonly FormField[], words: string): readonly FormField[] {
  const sought = words.toLowerCase().split(/\s+/);
  const within = (text: (item: FormField) => string) => fields.filter((item) => sought.every((word) => text(item).toLowerCase().includes(word)));
  const named = within(({ name, label, group }) => `${label} ${name} ${group}`);
  return named.length > 0 ? named : within(({ help }) => help);
}

/** The changes that still differ from the preset's own values. */
export function differences(base: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).filter(([name, value]) => !Object.is(base[name], value)));
}

/** "run 3", the first such name that is free. */
export function freeName(variant: string, taken: readonly string[]): string {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  if (!used.has(variant.toLowerCase())) return variant;
  for (let number = 2; ; number++) if (!used.has(`${variant} ${number}`.toLowerCase())) return `${variant} ${number}`;
}
