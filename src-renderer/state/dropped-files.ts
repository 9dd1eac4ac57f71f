/** A file that was dropped or chosen, by its path inside what was dropped. */
export interface DroppedFile {
  /** Relative, with '/'. */
  name: string;
  file: File;
}
/** Something that was dropped and cannot be read as a file. */
export interface UnreadableEntry {
  name: string;
  reason: string;
}

/** Files that systems leave in folders; nobody means to describe them. */
const isLitter = (name: string) => name.startsWith('.') || name === 'Thumbs.db' || name === 'desktop.ini';

/**
 * Takes what a drop holds. This must be called while the event is handled: afterwards the browser empties it.
 * Entries come where the browser has them (folders need them), plain files otherwise.
 */
export function takeDrop(data: DataTransfer): { entries: FileSystemEntry[]; files: File[] } {
  const entries: FileSystemEntry[] = [];
  const files: File[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.() ?? null;
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) files.push(file);
  }
  return { entries, files };
}

const readBatch = (reader: FileSystemDirectoryReader) => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
const openFile = (entry: FileSystemFileEntry) => new Promise<File>((resolve, reject) => entry.file(resolve, reject));
const reasonOf = (error: unknown) => (error instanceof Error && error.message ? error.message : 'The browser could not read it.');

/**
 * Walks entries and everything in their folders, files of a folder in the order of their names. A folder or file that
 * cannot be read is yielded with the reason, and the walk goes on. Ends early when `signal` aborts.
 */
export async function* walkEntries(entries: readonly FileSystemEntry[], signal?: AbortSignal, inside = ''): AsyncGenerator<DroppedFile | UnreadableEntry> {
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (signal?.aborted) return;
    const name = `${inside}${entry.name}`;
    if (isLitter(entry.name)) continue;
    try {
      if (entry.isFile) yield { name, file: await openFile(entry as FileSystemFileEntry) };
      else if (entry.isDirectory) {
        const reader = (entry as FileSystemDirectoryEntry).createReader();
        const children: FileSystemEntry[] = [];
        // readEntries gives at most 100 at a time, and an empty list at the end
        for (let batch = await readBatch(reader); batch.length > 0; batch = await readBatch(reader)) children.push(...batch);
        yield* walkEntries(children, signal, `${name}/`);
      }
    } catch (error) {
      yield { name, reason: reasonOf(error) };
    }
  }
}

/** Files of an `<input type="file">` in the order of their names, with their paths inside the folder when one was chosen. */
export function chosenFiles(files: Iterable<File>): DroppedFile[] {
  return [...files]
    .map((file) => ({ name: file.webkitRelativePath || file.name, file }))
    .filter(({ name }) => !name.split('/').some(isLitter))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Everything of a drop, one after the other. */
export async function* walkDrop(drop: { entries: FileSystemEntry[]; files: File[] }, signal?: AbortSignal): AsyncGenerator<DroppedFile | UnreadableEntry> {
  yield* walkEntries(drop.entries, signal);
  yield* chosenFiles(drop.files);
}

export const isArchive = (name: string): boolean => /\.(zip|tar|tgz|tar\.gz)$/i.test(name);
/** Whether a drag carries files, which is all that can be known before it is dropped. */
export const carriesFiles = (event: DragEvent): boolean => !!event.dataTransfer && [...event.dataTransfer.types].includes('Files');
