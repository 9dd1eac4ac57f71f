import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GlyphscopeError } from '../contract/errors';

/** Uploads that are begun and not finished at the same time. */
const maxOpen = 8;
const maxFiles = 200_000;
const archiveEnding = /\.(zip|tar|tgz|tar\.gz)$/i;
/** Room that must stay free on the disk, in bytes. */
const reserve = 256 << 20;

interface Upload {
  directory: string;
  files: number;
  archive: string | null;
}

/**
 * Files that a browser sends for an import. They are staged below `uploads/` as a folder, or as one archive. A name that
 * the page gives never becomes a path: each of its folders is reduced to plain characters, and the file's own name is kept
 * only as far as it is harmless.
 */
export class Uploads {
  readonly #root: string;
  readonly #open = new Map<string, Upload>();

  constructor(root: string) {
    this.#root = root;
  }

  async begin(): Promise<string> {
    if (this.#open.size >= maxOpen)
      throw new GlyphscopeError('INVALID_INPUT', `${maxOpen} uploads are open already.`, { remedy: 'Finish or reload the page that began them.' });
    const id = randomUUID();
    const directory = join(this.#root, id);
    await mkdir(join(directory, 'files'), { recursive: true, mode: 0o700 });
    this.#open.set(id, { directory, files: 0, archive: null });
    return id;
  }

  /** @throws GlyphscopeError NOT_FOUND, INVALID_INPUT, DISK_FULL */
  async add(id: string, name: string, file: Blob): Promise<void> {
    const upload = this.#get(id);
    if (upload.archive) throw new GlyphscopeError('INVALID_INPUT', 'An upload holds one archive or any number of images.', { subject: name });
    if (upload.files >= maxFiles) throw new GlyphscopeError('INVALID_INPUT', `An upload holds at most ${maxFiles} files.`, { remedy: 'Send an archive.' });
    const { bavail, bsize } = await statfs(this.#root);
    if (bavail * bsize < file.size + reserve)
      throw new GlyphscopeError('DISK_FULL', 'The disk is almost full.', { subject: name, remedy: 'Free some space, then send the files again.' });
    const archive = archiveEnding.exec(name);
    const parts = harmlessParts(name);
    upload.files++;
    if (archive && upload.files === 1 && parts.length === 1) upload.archive = join(upload.directory, `archive${archive[0].toLowerCase()}`);
    const target = upload.archive ?? join(upload.directory, 'files', ...parts);
    if (!upload.archive) await mkdir(join(upload.directory, 'files', ...parts.slice(0, -1)), { recursive: true });
    await writeFile(target, Buffer.from(await file.arrayBuffer()), { flag: 'w', mode: 0o600 });
  }

  /** Closes an upload to more files; gives what to import and how to throw it away afterwards. */
  finish(id: string): { path: string; discard: () => Promise<void> } {
    const upload = this.#get(id);
    this.#open.delete(id);
    const discard = () => rm(upload.directory, { recursive: true, force: true });
    if (upload.files === 0) {
      void discard();
      throw new GlyphscopeError('SOURCE_EMPTY', 'Nothing was sent.', { remedy: 'Choose images, a folder or an archive.' });
    }
    return { path: upload.archive ?? join(upload.directory, 'files'), discard };
  }

  #get(id: string): Upload {
    const upload = this.#open.get(id);
    if (!upload) throw new GlyphscopeError('NOT_FOUND', 'This upload is not open.', { subject: 'upload', remedy: 'Begin again.' });
    return upload;
  }
}

/**
 * The parts of a name as a browser gives it ("train/cat/1.png"), each safe as a single file name on every system: no
 * separators, no leading dots, no control or reserved characters, at most 80 characters. Parts that had to be changed
 * carry a piece of their hash, so that two names stay two.
 */
export function harmlessParts(name: string): string[] {
  const parts = name.split(/[\\/]+/).filter((part) => part !== '' && part !== '.' && part !== '..').slice(-8);
  return (parts.length ? parts : ['file']).map((part) => {
    const plain = part
      .normalize('NFC')
      .replace(/[\p{C}<>:"|?*\\/]/gu, '_')
      .replace(/^[.\s]+|[.\s]+$/g, '')
      .replace(/^(con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/i, '_$1');
    if (plain === part && [...part].length <= 80 && Buffer.byteLength(part) <= 200) return part;
    const hash = createHash('sha256').update(part).digest('hex').slice(0, 8);
    const ending = /\.[A-Za-z0-9]{1,8}$/.exec(plain)?.[0] ?? '';
    const stem = plain.slice(0, plain.length - ending.length);
    let kept = '';
    for (const character of stem) {
      if (Buffer.byteLength(kept + character) > 60) break;
      kept += character;
    }
    return `${kept || 'file'}-${hash}${ending}`;
  });
}
