import { presetName, quantizerName, trainingConfig, type TrainingConfig } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { givenName } from '../contract/names';
import { publishedSizes, publishedTable, smallSizes } from '../contract/paper';
import { presetConfig, variantName } from '../contract/presets';

export type FieldValue = string | number | boolean;

/** A field of the configuration and the values that a sweep gives it. */
export interface Axis {
  key: keyof TrainingConfig;
  values: readonly FieldValue[];
}

/** One training of a sweep. */
export interface Variant {
  /** Its name within the sweep: "VQ 256, seed 1". */
  label: string;
  /** What it is shown together with: the quantizer, or the part that an ablation changes. */
  group: string;
  /** The fields that make it differ from the others; the rest comes from the sweep's settings and its preset. */
  change: Partial<Record<keyof TrainingConfig, FieldValue>>;
}

/** The nine variants of the paper, or the nine smaller ones, in the paper's order: VQ, SS, GS, each from the largest. */
export function paperAxes(o: { small: boolean }): Axis[] {
  const order = [...new Set(publishedTable.map(({ variant }) => variant.split(' ')[0]))];
  const place = (quantizer: TrainingConfig['quantizer']) => order.indexOf(variantName({ quantizer, vocabulary: 2 }).split(' ')[0]);
  return [
    { key: 'quantizer', values: [...quantizerName.options].filter((name) => place(name) >= 0).sort((a, b) => place(a) - place(b)) },
    { key: 'vocabulary', values: o.small ? smallSizes : publishedSizes },
  ];
}

/**
 * Every combination of the axes' values, the first axis slowest. Quantizer and vocabulary are named as in the paper, other
 * fields by their own name.
 * @param settings fields that all variants share, as given by the user
 */
export function gridVariants(axes: readonly Axis[], settings: Readonly<Record<string, unknown>>): Variant[] {
  const combinations = axes.reduce<Variant['change'][]>((made, { key, values }) => made.flatMap((one) => [...new Set(values)].map((value) => ({ ...one, [key]: value }))), [{}]);
  const others = axes.map(({ key }) => key).filter((key) => key !== 'quantizer' && key !== 'vocabulary');
  const named = others.length < axes.length;
  return combinations.map((change) => {
    const merged: Record<string, unknown> = { ...settings, ...change };
    const preset = presetName.safeParse(merged.preset ?? 'small');
    const { quantizer, vocabulary } = { ...presetConfig(preset.success ? preset.data : 'small'), ...merged } as TrainingConfig;
    const variant = variantName({ quantizer, vocabulary });
    const label = [...(named ? [variant] : []), ...others.map((key) => `${key} ${shown(change[key]!)}`)].join(', ');
    return { label, group: named ? variant.split(' ')[0] : `${others[0]} ${shown(change[others[0]]!)}`, change };
  });
}

const shown = (value: FieldValue): string => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

/**
 * The name of a variant's run in the library: "nine: VQ 256".
 * @throws INVALID_INPUT when it is no name for a run
 */
export function runName(sweep: string, { label }: Pick<Variant, 'label'>): string {
  const name = `${sweep}: ${label}`;
  const parsed = givenName.safeParse(name);
  if (!parsed.success)
    throw new GlyphscopeError('INVALID_INPUT', `"${name}" cannot be the name of a run: ${parsed.error.issues[0].message}.`, { subject: label, remedy: 'Give the sweep a shorter --name, or vary fewer fields.' });
  return parsed.data;
}

/** The values that a field allows when it is a choice: an ablation takes all of them. */
export function choicesOf(key: 'descriptor' | 'interpreterAttention' | 'quantizer'): readonly string[] {
  return trainingConfig.shape[key].options;
}
