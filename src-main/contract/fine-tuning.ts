import * as z from 'zod';
import type { TrainingConfig } from './config';
import { GlyphscopeError } from './errors';
import { rowId } from './names';
import { resolveConfig } from './presets';

/** A checkpoint of another run whose weights a new run begins with; optimizer and schedules are new. */
export const startingPoint = z.object({ run: rowId, /** The newest checkpoint unless given. */ step: z.int().min(0).optional() });
export type StartingPoint = z.infer<typeof startingPoint>;

/** What a run keeps of where it began, whatever becomes of that run. */
export const startedFrom = z.object({ run: rowId, name: z.string(), step: z.int() });
export type StartedFrom = z.infer<typeof startedFrom>;

/**
 * Fields that decide what the weights of a student are: which there are, their shapes, and what each number stands for. A
 * run that begins with the weights of another has them from it.
 */
export const inheritedFields = [
  'teacher', 'quantizer', 'vocabulary', 'length', 'codeWidth', 'codebookUpdate', 'codebookStart', 'channels', 'mapSteps', 'mapHidden', 'readoutSteps', 'descriptor',
  'width', 'descriptorLayers', 'descriptorHeads', 'memoryTokens', 'featureTokens', 'interpreterLayers', 'interpreterHeads', 'interpreterAttention',
  'projectorOutputs', 'projectorHidden', 'projectorBottleneck',
] as const satisfies (keyof TrainingConfig)[];

/** The values of these fields that the weights of a run ask for. */
export const inheritedFrom = (source: TrainingConfig): Partial<TrainingConfig> => Object.fromEntries(inheritedFields.map((name) => [name, source[name]]));

/**
 * The complete config of a run that begins with the weights of a run of config `source`: what was given, and for the rest of
 * the inherited fields what the weights ask for, whatever the preset says.
 * @param from how that run is called
 * @throws INVALID_INPUT naming the field that was given and does not fit the weights, and as resolveConfig
 */
export function fineTuneConfig(source: TrainingConfig, given: Record<string, unknown>, from: string): TrainingConfig {
  for (const name of inheritedFields)
    if (given[name] !== undefined && given[name] !== source[name])
      throw new GlyphscopeError('INVALID_INPUT', `${name} = ${JSON.stringify(given[name])}, but the weights of "${from}" are for ${name} = ${JSON.stringify(source[name])}.`, {
        subject: name,
        remedy: 'Leave it as the weights have it, or start from new weights.',
      });
  const config = resolveConfig({ ...given, ...inheritedFrom(source) });
  if (config.imitationSteps > 0)
    throw new GlyphscopeError('INVALID_INPUT', `imitationSteps = ${config.imitationSteps}, but a run that begins with the weights of another imitates no codes.`, { subject: 'imitationSteps', remedy: 'Set imitationSteps to 0.' });
  return config;
}

/** Whether a field is among those that the weights decide. */
export const isInherited = (name: string): boolean => (inheritedFields as readonly string[]).includes(name);
