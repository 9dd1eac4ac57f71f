import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file; its bytes are on the disk when this resolves. */
export async function writeDurably(file: string, bytes: Buffer): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Puts a file in place of what had its name, whole or not at all, also when the power fails. */
export async function replaceDurably(file: string, bytes: Buffer): Promise<void> {
  await writeDurably(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
  await synchronizeFolder(dirname(file));
}

/** The names in a folder are on the disk when this resolves. */
export async function synchronizeFolder(directory: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder cannot be opened there; a rename is durable without
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
