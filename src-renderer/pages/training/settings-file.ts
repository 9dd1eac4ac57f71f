import type { TrainingConfig } from '../../../src-main/contract/config';
import { configFile, configFileBytes, readConfigFile } from '../../../src-main/contract/config-file';
import { saveFile } from '../../save-file';

/** Gives the user complete settings as a file. @param name what they are called */
export function saveSettings(name: string, config: TrainingConfig): void {
  saveFile(`${name}.json`, new Blob([configFile(config)], { type: 'application/json' }));
}

/** The settings in a file that the user chose. @throws GlyphscopeError as readConfigFile */
export async function openSettings(file: File): Promise<Record<string, unknown>> {
  return readConfigFile(await file.slice(0, configFileBytes + 1).text(), file.name);
}
