import { open, type FileHandle } from 'node:fs/promises';

/** A new file that grows at its end; what is written is gathered into large pieces. */
export class ExportFile {
  readonly #handle: FileHandle;
  #waiting: Buffer[] = [];
  #bytes = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async create(path: string): Promise<ExportFile> {
    return new ExportFile(await open(path, 'wx'));
  }

  /** Text is gathered; bytes are written before this resolves, so that the caller may use their memory again. */
  async append(piece: string | Uint8Array): Promise<void> {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    if (typeof piece !== 'string' || this.#bytes >= 1 << 20) await this.#flush();
  }

  /** Writes what is left and waits for the disk. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#bytes = 0;
    await this.#handle.appendFile(bytes);
  }
}
