import { presetName } from '../contract/config';
import { GlyphscopeError } from '../contract/errors';
import { presetConfig } from '../contract/presets';
import type { StoredSweep } from '../database/sweeps';

/** Every field of a sweep's settings: as given, else as the preset has it. */
export function wholeSettings(settings: StoredSweep['settings']): Record<string, unknown> {
  const preset = presetName.safeParse(settings.preset ?? 'small');
  return { ...presetConfig(preset.success ? preset.data : 'small'), ...settings };
}

/**
 * A sweep keeps what it was begun with: a field that says otherwise is refused, not passed over.
 * @param given the fields that are given now
 * @throws GlyphscopeError INVALID_INPUT naming the field
 */
export function refuseOtherSettings({ name, settings }: Pick<StoredSweep, 'name' | 'settings'>, given: Readonly<Record<string, unknown>>): void {
  const begun = wholeSettings(settings);
  const other = Object.keys(given).find((field) => begun[field] !== given[field]);
  if (other !== undefined)
    throw new GlyphscopeError('INVALID_INPUT', `"${name}" was begun with ${other} ${String(begun[other])}, not ${String(given[other])}.`, { subject: other, remedy: 'Leave it as it was, or choose another name.' });
}
