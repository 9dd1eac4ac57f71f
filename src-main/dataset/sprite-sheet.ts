import sharp from 'sharp';
import { background } from './image';

/** Many small pictures in one: tiles of one size, row by row, `columns` in each. A place that nothing is put on stays white. */
export class SpriteSheet {
  readonly #columns: number;
  readonly #tile: number;
  readonly #width: number;
  readonly #height: number;
  readonly #pixels: Buffer; // [height, width, 3]

  /** @param tiles places in all; the sheet takes 3 bytes a pixel of memory */
  constructor({ columns, tiles, tile }: { columns: number; tiles: number; tile: number }) {
    this.#columns = columns;
    this.#tile = tile;
    this.#width = columns * tile;
    this.#height = Math.ceil(tiles / columns) * tile;
    this.#pixels = Buffer.alloc(this.#width * this.#height * 3, 255);
  }

  /** Puts a picture on a place, from 0: fitted into the tile, its shape kept. */
  async put(picture: Buffer, place: number): Promise<void> {
    const pixels = await sharp(picture).resize(this.#tile, this.#tile, { fit: 'contain', background }).flatten({ background }).toColourspace('srgb').raw().toBuffer();
    const left = (place % this.#columns) * this.#tile;
    const top = Math.floor(place / this.#columns) * this.#tile;
    const bytes = this.#tile * 3;
    for (let y = 0; y < this.#tile; y++) pixels.copy(this.#pixels, ((top + y) * this.#width + left) * 3, y * bytes, (y + 1) * bytes);
  }

  encode(format: 'png' | 'webp'): Promise<Buffer> {
    const image = sharp(this.#pixels, { raw: { width: this.#width, height: this.#height, channels: 3 } });
    return (format === 'png' ? image.png({ compressionLevel: 6 }) : image.webp({ quality: 80, effort: 2 })).toBuffer();
  }
}
