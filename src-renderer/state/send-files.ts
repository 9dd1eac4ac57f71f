import type { FileFailure } from '../../src-main/contract/images';
import { explain, type Client } from '../client';
import type { DroppedFile, UnreadableEntry } from './dropped-files';

const filesAtOnce = 4;

export interface SendOptions {
  signal: AbortSignal;
  /** Called for every file that has arrived. */
  onSent: () => void;
  /** A file that could not be read here, or that the engine refused for itself; the others go on. */
  onFailure: (failure: FileFailure) => void;
}

/** Sends files from the browser to the engine, a few at a time; gives the upload, which is then finished. @throws what ended it */
export async function sendFiles(client: Client, files: AsyncIterable<DroppedFile | UnreadableEntry> | Iterable<DroppedFile | UnreadableEntry>, o: SendOptions): Promise<string> {
  const { upload } = await client.imports.beginUpload();
  const running = new Set<Promise<void>>();
  let fatal: unknown = null;
  for await (const item of files) {
    if (o.signal.aborted || fatal) break;
    if ('reason' in item) {
      o.onFailure({ name: item.name, code: 'IMAGE_UNREADABLE', reason: item.reason });
      continue;
    }
    const sending = client.imports
      .uploadFile({ upload, name: item.name, file: item.file }, { signal: o.signal })
      .then(o.onSent, (error: unknown) => {
        const detail = explain(error);
        if (detail.code.startsWith('IMAGE_')) o.onFailure({ name: item.name, code: detail.code, reason: detail.message });
        else fatal ??= error;
      })
      .finally(() => running.delete(sending));
    running.add(sending);
    if (running.size >= filesAtOnce) await Promise.race(running);
  }
  await Promise.all(running);
  o.signal.throwIfAborted();
  if (fatal) throw fatal;
  return upload;
}
