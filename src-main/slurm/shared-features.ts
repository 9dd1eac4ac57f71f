import { constants, existsSync, mkdirSync } from 'node:fs';
import { cp, symlink } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Teacher } from '../contract/teachers';
import type { WorkFolder } from './work-folder';

/**
 * Gives the jobs the features of a library and the teachers that computed them: the folders themselves where the work
 * folder lies in the library, else copies of what these teachers have, which take no room where a file system shares blocks.
 */
export async function shareFeatures(library: string, { directory, shared }: Pick<WorkFolder, 'directory' | 'shared'>, teachers: readonly Pick<Teacher, 'id' | 'name'>[]): Promise<void> {
  const inside = !relative(library, directory).startsWith('..');
  for (const [kind, names] of [['features', teachers.map(({ id }) => id)], ['teachers', teachers.map(({ name }) => name)]] as const) {
    const source = join(library, kind);
    mkdirSync(source, { recursive: true });
    if (inside) {
      if (!existsSync(shared[kind])) await symlink(source, shared[kind]);
      continue;
    }
    mkdirSync(shared[kind], { recursive: true });
    for (const name of names) if (existsSync(join(source, name))) await cp(join(source, name), join(shared[kind], name), { recursive: true, mode: constants.COPYFILE_FICLONE });
  }
}
