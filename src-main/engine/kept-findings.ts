import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname } from 'node:path';
import * as z from 'zod';

/**
 * What was found out about this machine, by name, in a JSON file that outlives the engine. A file that cannot be read or
 * written costs finding it out anew, and nothing else.
 */
export class KeptFindings<T> {
  readonly #file: string;
  readonly #all: z.ZodType<Record<string, T>>;
  readonly #most: number;

  /** @param o.most the newest so many are kept */
  constructor(o: { file: string; finding: z.ZodType<T>; most?: number }) {
    this.#file = o.file;
    this.#all = z.record(z.string(), o.finding);
    this.#most = o.most ?? Infinity;
  }

  get(name: string): T | null {
    return this.#read()[name] ?? null;
  }

  keep(name: string, finding: T): void {
    try {
      const { [name]: _, ...others } = this.#read();
      const newest = Object.entries(others).slice(-(this.#most - 1));
      mkdirSync(dirname(this.#file), { recursive: true });
      const fresh = `${this.#file}.${process.pid}`;
      writeFileSync(fresh, JSON.stringify({ ...Object.fromEntries(newest), [name]: finding }, null, 1));
      renameSync(fresh, this.#file);
    } catch (error) {
      console.error(`${this.#file} could not be written: ${(error as Error).message}`);
    }
  }

  #read(): Record<string, T> {
    try {
      return this.#all.parse(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch {
      return {}; // none yet, or of another version: everything is found out anew
    }
  }
}

/** Changes when the machine, Node or this build of Glyphscope does. @param entry built file of the process that finds out */
export const machineStamp = (entry: string): string => [entry, statSync(entry).mtimeMs, process.version, cpus()[0]?.model, availableParallelism()].join('\n');
