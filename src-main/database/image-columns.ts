import { setImmediate } from 'node:timers/promises';
import type { ReadHandle } from './handles';

/** Words of which each entry has one or none: `codes` are places in `words`, −1 none. */
export interface CodedWords {
  codes: Int32Array;
  words: readonly string[];
}

/** What the entries of a collection say of themselves, by position. */
export interface EntryColumns {
  count: number;
  images: Int32Array;
  labels: CodedWords;
  /** Split codes: 'train' and 'test'. */
  splits: CodedWords;
  /** All names in lower case, each followed by a zero character; `starts` is where each begins, and the end of the last. */
  names: string;
  starts: Int32Array;
}

/** What the files of the entries say, by position. */
export interface FileColumns {
  width: Float64Array;
  height: Float64Array;
  bytes: Float64Array;
  formats: CodedWords;
}

/** Symbols by place in the description, from 0, and there by position of the entry; `noSymbol` where there is none. */
export type SymbolColumns = readonly Uint16Array[];
export const noSymbol = 0xffff;
const longest = 8;

/** Rows read between two breaths: some 15 ms. */
const atOnce = 10_000;

class Coder {
  readonly #known = new Map<string, number>();

  code(word: string | null): number {
    if (word === null) return -1;
    let code = this.#known.get(word);
    if (code === undefined) this.#known.set(word, (code = this.#known.size));
    return code;
  }
  get words(): string[] {
    return [...this.#known.keys()];
  }
}

/** Reads columns of a collection into memory, a slice at a time, so that a search looks at numbers and not at rows. */
export function readImageColumns(db: ReadHandle) {
  const range = 'c.collection = :collection AND c.position >= :low AND c.position < :high ORDER BY c.position';
  const last = db.prepare('SELECT coalesce(max(position), -1) FROM collection_images WHERE collection = ?').pluck();
  const entryRows = db.prepare(`SELECT c.image, c.label, c.split, c.name FROM collection_images c WHERE ${range}`).raw();
  const fileRows = db.prepare(`SELECT i.width, i.height, i.bytes, i.format FROM collection_images c JOIN images i ON i.id = c.image WHERE ${range}`).raw();
  const symbolRows = db
    .prepare(`SELECT c.position, d.symbols FROM collection_images c JOIN descriptions d ON d.run = :run AND d.image = c.image WHERE ${range}`)
    .raw();

  /** Gives every row of positions below `count` to `take`. */
  async function eachRow(rows: typeof entryRows, count: number, parameters: Record<string, number>, take: (row: unknown[], position: number) => void): Promise<void> {
    for (let low = 0; low < count; low += atOnce) {
      if (low > 0) await setImmediate();
      let position = low;
      for (const row of rows.all({ ...parameters, low, high: Math.min(count, low + atOnce) }) as unknown[][]) take(row, position++);
    }
  }

  return {
    entries: async (collection: number): Promise<EntryColumns> => {
      const count = (last.get(collection) as number) + 1;
      const images = new Int32Array(count);
      const [labels, splits] = [new Coder(), new Coder()];
      const [labelCodes, splitCodes] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
      const starts = new Int32Array(count + 1);
      const parts: string[] = [];
      let part: string[] = [];
      let length = 0;
      await eachRow(entryRows, count, { collection }, (row, position) => {
        const [image, label, split, name] = row as [number, string | null, string | null, string];
        images[position] = image;
        labelCodes[position] = labels.code(label);
        splitCodes[position] = splits.code(split);
        const lower = name.toLowerCase();
        part.push(lower);
        starts[position + 1] = length += lower.length + 1;
        if (part.length === atOnce || position === count - 1) {
          parts.push(part.join('\0'), '\0');
          part = [];
        }
      });
      return { count, images, labels: { codes: labelCodes, words: labels.words }, splits: { codes: splitCodes, words: splits.words }, names: parts.join(''), starts };
    },

    files: async (collection: number, count: number): Promise<FileColumns> => {
      const [width, height, bytes] = Array.from({ length: 3 }, () => new Float64Array(count));
      const formats = new Coder();
      const codes = new Int32Array(count).fill(-1);
      await eachRow(fileRows, count, { collection }, (row, position) => {
        [width[position], height[position], bytes[position]] = row as [number, number, number];
        codes[position] = formats.code(row[3] as string);
      });
      return { width, height, bytes, formats: { codes, words: formats.words } };
    },

    symbols: async (collection: number, count: number, run: number): Promise<SymbolColumns> => {
      const columns: Uint16Array[] = [];
      await eachRow(symbolRows, count, { collection, run }, (row) => {
        const [position, symbols] = row as [number, Buffer];
        for (let place = 0; place < Math.min(longest, symbols.length / 2); place++) {
          columns[place] ??= new Uint16Array(count).fill(noSymbol);
          columns[place][position] = (symbols[2 * place] << 8) | symbols[2 * place + 1];
        }
      });
      return columns;
    },
  };
}
