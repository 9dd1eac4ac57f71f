import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** Writes the regular files below a folder into a new .tar, all inside one folder of the given name. @throws the signal's reason */
export async function packFolder(folder: string, archive: string, title: string, signal: AbortSignal): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(archive, { flags: 'wx' }), { signal });
  try {
    for (const name of (await namesBelow(folder)).sort()) {
      const path = join(folder, name);
      const { size, mtime } = await stat(path);
      const entry = tar.entry({ name: `${title}/${name}`, size, mtime, mode: 0o644 });
      await pipeline(createReadStream(path), entry, { signal });
    }
    tar.finalize();
  } catch (error) {
    tar.destroy();
    await written.catch(() => undefined); // the first failure is the one to tell
    throw error;
  }
  await written;
}

/** Names of all regular files below a folder, '/' between the parts. */
async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = await Promise.all(entries.map(async (entry) => (entry.isDirectory() ? (await namesBelow(join(folder, entry.name))).map((name) => `${entry.name}/${name}`) : entry.isFile() ? [entry.name] : [])));
  return names.flat();
}
