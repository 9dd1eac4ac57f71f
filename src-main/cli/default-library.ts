import os from 'node:os';
import path from 'node:path';

/** The user's library: GLYPHSCOPE_LIBRARY, or a folder where the platform keeps a program's data. */
export function defaultLibrary(environment: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform, home = os.homedir()): string {
  if (environment.GLYPHSCOPE_LIBRARY) return environment.GLYPHSCOPE_LIBRARY;
  if (platform === 'win32') return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Glyphscope');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Glyphscope');
  return path.join(environment.XDG_DATA_HOME || path.join(home, '.local', 'share'), 'glyphscope');
}
