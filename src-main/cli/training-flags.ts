import * as z from 'zod';
import { field, trainingConfig } from '../contract/config';
import { UsageError } from './arguments';
import type { Option } from './command';

/** One field of the training configuration as a flag: everything here is read from the schema. */
export interface TrainingFlag {
  key: string;
  flag: string;
  kind: 'integer' | 'number' | 'boolean' | 'choice' | 'text';
  choices: readonly string[];
  least: number | null;
  most: number | null;
  /** Default of the schema; null where the preset decides. */
  initial: string | null;
  label: string;
  help: string;
  group: string;
  unit: string | null;
}

interface FieldShape {
  type?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  default?: unknown;
  anyOf?: FieldShape[];
}

/** A field's name as a flag: "gumbelNoise" → "gumbel-noise". */
export const kebab = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Every field of the configuration, in the schema's order. */
export function trainingFlags(): TrainingFlag[] {
  return Object.entries(trainingConfig.shape).map(([key, schema]) => {
    const meta = field.get(schema);
    if (!meta) throw new Error(`The training field ${key} has no label and help: register it in contract/config.ts.`);
    const whole = z.toJSONSchema(schema, { io: 'input' }) as FieldShape;
    const shape = whole.anyOf?.find((one) => one.type !== 'null') ?? whole;
    const kind = shape.enum ? 'choice' : shape.type === 'integer' || shape.type === 'number' || shape.type === 'boolean' ? shape.type : 'text';
    return {
      key,
      flag: kebab(key),
      kind,
      choices: (shape.enum ?? []).map(String),
      least: bounded(shape.minimum ?? shape.exclusiveMinimum),
      most: bounded(shape.maximum ?? shape.exclusiveMaximum),
      initial: whole.default === undefined ? null : String(whole.default),
      label: meta.label,
      help: meta.help,
      group: meta.group,
      unit: meta.unit ?? null,
    };
  });
}

/** Safe-integer limits say nothing to a reader. */
const bounded = (limit: number | undefined) => (limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? null : limit);

/** What a field accepts, in words: "whole number from 1 to 4,096", "one of a, b". */
export function allowed(f: TrainingFlag): string {
  if (f.kind === 'choice') return f.choices.length === 1 ? f.choices[0] : `one of ${f.choices.join(', ')}`;
  if (f.kind === 'boolean') return 'yes or no';
  if (f.kind === 'text') return 'text';
  const noun = f.kind === 'integer' ? 'whole number' : 'number';
  const [least, most] = [f.least, f.most].map((limit) => limit?.toLocaleString('en', { maximumFractionDigits: 10 }));
  return least && most ? `${noun} from ${least} to ${most}` : least ? `${noun} of at least ${least}` : most ? `${noun} of at most ${most}` : noun;
}

/** The flags as a command's options. */
export function trainingOptions(): Record<string, Option> {
  return Object.fromEntries(
    trainingFlags().map((f) => [
      f.flag,
      f.kind === 'boolean'
        ? { help: f.help, negatable: true }
        : { value: f.kind === 'choice' ? f.choices.join('|') : f.kind === 'text' ? 'TEXT' : 'N', help: `${f.help}${f.kind === 'choice' ? '' : ` (${allowed(f)})`}` },
    ]),
  );
}

/**
 * The fields that were given as flags, with their types; the preset decides the others.
 * @throws UsageError naming the flag, what it takes and what was given
 */
export function givenConfig(values: Readonly<Record<string, string | boolean | undefined>>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const f of trainingFlags()) {
    const given = values[f.flag];
    if (given === undefined) continue;
    const value = typeof given === 'string' && (f.kind === 'integer' || f.kind === 'number') && given.trim() !== '' ? Number(given) : given;
    if (!trainingConfig.shape[f.key as keyof typeof trainingConfig.shape].safeParse(value).success)
      throw new UsageError(`--${f.flag} is ${f.kind === 'integer' || f.kind === 'number' ? 'a ' : ''}${allowed(f)}, but "${String(given)}" was given.`, { subject: `--${f.flag}` });
    config[f.key] = value;
  }
  return config;
}
