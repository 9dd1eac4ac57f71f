import type { TrainingConfig } from './config';
import { GlyphscopeError } from './errors';
import { resolveConfig } from './presets';

/** A file of settings at most: the complete ones are 2 kB. */
export const configFileBytes = 100_000;

/** Settings as a file: every field, so that it means the same whatever the presets become. */
export const configFile = (config: TrainingConfig): string => `${JSON.stringify(config, null, 2)}\n`;

/**
 * Reads a file of settings: a JSON object whose fields are those of the training config; what it leaves out comes from its
 * preset, or from `small`.
 * @param name of the file, for messages
 * @returns the fields that it has
 * @throws GlyphscopeError INVALID_INPUT naming the field, or the file where it is no such object
 */
export function readConfigFile(text: string, name: string): Record<string, unknown> {
  const refuse = (message: string) => new GlyphscopeError('INVALID_INPUT', `${name} ${message}.`, { subject: name, remedy: 'Choose a file that "Export settings" or `glyphscope runs --settings` wrote.' });
  if (text.length > configFileBytes) throw refuse('is too large to hold settings of a training');
  const given = parsed(text, refuse);
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw refuse('holds no object of settings');
  resolveConfig(given as Record<string, unknown>);
  return given as Record<string, unknown>;
}

function parsed(text: string, refuse: (message: string) => GlyphscopeError): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw refuse(`is not JSON: ${(error as Error).message}`);
  }
}
