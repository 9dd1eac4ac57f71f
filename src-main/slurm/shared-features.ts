import { constants, existsSync, mkdirSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { WorkFolder } from './work-folder';

/**
 * Gives the jobs the features of a library and the teachers that computed them: the folders themselves where the work
 * folder lies in the library, else copies, which take no room on a file system that shares blocks.
 */
export async function shareFeatures(library: string, { directory, shared }: Pick<WorkFolder, 'directory' | 'shared'>): Promise<void> {
  const inside = !relative(library, directory).startsWith('..');
  for (const name of ['features', 'teachers'] as const) {
    const source = join(library, name);
    mkdirSync(source, { recursive: true });
    if (!inside) await cp(source, shared[name], { recursive: true, mode: constants.COPYFILE_FICLONE });
    else if (!existsSync(shared[name])) await symlink(source, shared[name]);
  }
}
