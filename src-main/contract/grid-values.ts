import { trainingConfig, type TrainingConfig } from './config';
import { GlyphscopeError } from './errors';
import type { FieldValue } from './sweeps';

const switches: Readonly<Record<string, boolean>> = { on: true, yes: true, true: true, off: false, no: false, false: false };
const range = /^([-−]?[\d.]+(?:e[-+]?\d+)?):([-−]?[\d.]+(?:e[-+]?\d+)?)(?::([-−]?[\d.]+(?:e[-+]?\d+)?))?$/i;
/** Values of one range at most. */
const mostOfRange = 1000;
const toNumber = (text: string) => Number(text.replace('−', '-'));

/**
 * The words of a list such as "16, 32, 64" or "1:8, 16": separated by commas, a range START:END or START:END:STEP written
 * out with both ends where the step meets the last.
 * @throws GlyphscopeError INVALID_INPUT for a range that leads nowhere
 */
export function listedWords(text: string): string[] {
  return text.split(',').map((word) => word.trim()).filter((word) => word !== '').flatMap((word) => {
    const found = range.exec(word);
    if (!found) return [word];
    const [start, end] = [toNumber(found[1]), toNumber(found[2])];
    const step = found[3] === undefined ? Math.sign(end - start) || 1 : toNumber(found[3]);
    // Rounding must not cost the last value: 0:0.3:0.1 has four.
    const steps = Math.floor((end - start) / step + 1e-9);
    if (!Number.isFinite(steps) || steps < 0)
      throw new GlyphscopeError('INVALID_INPUT', `The range ${word} leads nowhere.`, { subject: word, remedy: 'Write START:END:STEP, as in 1:8:1 or 0.5:0.1:-0.1.' });
    if (steps >= mostOfRange) throw new GlyphscopeError('INVALID_INPUT', `The range ${word} has more than ${mostOfRange} values.`, { subject: word, remedy: 'Take a larger step.' });
    return Array.from({ length: steps + 1 }, (_, i) => String(Number((start + i * step).toPrecision(12))));
  });
}

/** A word as a value of a field: a number, on or off, or one of its choices; null when the field does not allow it. */
export function fieldValueOf(key: keyof TrainingConfig, word: string): FieldValue | null {
  const schema = trainingConfig.shape[key];
  const meanings: FieldValue[] = [...(word in switches ? [switches[word]] : []), ...(word === '' ? [] : [toNumber(word)]), word];
  return meanings.find((meaning) => schema.safeParse(meaning).success) ?? null;
}

/** A value as one types it. */
export const fieldWord = (value: FieldValue): string => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
