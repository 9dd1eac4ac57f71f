import type { Split } from '../contract/names';

/**
 * What an image's place among folders says about it:
 * `train/` or `test/` (any case, any depth) is its split, the first folder below that is its label.
 * Without a split the first folder is the label. A folder that wraps all images alike says nothing and is passed over.
 */
export interface Placement {
  split: Split | null;
  label: string | null;
}

/** Folders that all images have in common, found while listing a source. Feed it every image's name once. */
export class CommonFolders {
  #common: string[] | null = null;
  #deepest = 0;

  see(name: string): void {
    const folders = name.split('/').slice(0, -1);
    this.#deepest = Math.max(this.#deepest, folders.length);
    if (this.#common === null) {
      this.#common = folders;
      return;
    }
    let same = 0;
    while (same < this.#common.length && same < folders.length && this.#common[same] === folders[same]) same++;
    if (same < this.#common.length) this.#common = this.#common.slice(0, same);
  }

  /** Number of leading folders that every image shares; when all lie in one folder, that one is a label and not counted. */
  get depth(): number {
    const shared = this.#common?.length ?? 0;
    return this.#deepest > shared ? shared : Math.max(0, shared - 1);
  }
}

/**
 * The split and label of an image.
 * @param name path inside the source, '/' between the parts
 * @param wrapping leading folders that all images of the source share (CommonFolders.depth)
 */
export function placementOf(name: string, wrapping: number): Placement {
  const folders = name.split('/').slice(0, -1);
  const at = folders.findIndex((folder) => /^(train|test)$/i.test(folder));
  if (at >= 0) {
    const above = at > wrapping ? folders[at - 1] : null; // class folders that hold their own splits
    return { split: folders[at].toLowerCase() as Split, label: folders[at + 1] ?? above };
  }
  return { split: null, label: folders[wrapping] ?? null };
}

/**
 * A name from an archive as a plain relative path: '/' between the parts, no root, drive, '.', '..' or control character.
 * Nothing is ever written to such a path; it is shown, searched and looked at for labels.
 */
export function plainName(name: string): string {
  const parts = name
    .replaceAll('\\', '/')
    .replace(/^[a-zA-Z]:\//, '/')
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..');
  return parts.join('/').replace(/\p{Cc}/gu, '\uFFFD');
}

/** Files that systems leave behind and nobody wants to hear of: hidden ones, resource forks, thumbnails databases. */
export function isSystemFile(name: string): boolean {
  return name.split('/').some((part) => part.startsWith('.') || part === '__MACOSX' || part === 'Thumbs.db' || part === 'desktop.ini');
}
