/** Image formats by name and by first bytes. The bytes decide; a name only says whether a file is worth opening. */

/** Formats that can be read. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff' | 'bmp';

const readable: Record<string, ImageFormat> = {
  jpg: 'jpeg', jpeg: 'jpeg', jpe: 'jpeg', jfif: 'jpeg', png: 'png', webp: 'webp', avif: 'avif', gif: 'gif',
  tif: 'tiff', tiff: 'tiff', bmp: 'bmp', dib: 'bmp',
};

/** Image formats that are known and cannot be read: a user is told so instead of wondering where the file went. */
const unreadable: Record<string, string> = {
  heic: 'HEIC', heif: 'HEIF', jxl: 'JPEG XL', jp2: 'JPEG 2000', j2k: 'JPEG 2000', svg: 'SVG', svgz: 'SVG', psd: 'Photoshop',
  ico: 'icon', dng: 'camera raw', cr2: 'camera raw', cr3: 'camera raw', nef: 'camera raw', arw: 'camera raw', raf: 'camera raw', orf: 'camera raw',
};

/** Extensions that an import opens, without the dot. */
export const imageExtensions: readonly string[] = Object.keys(readable);

/** Formats that can be read, as a list for messages. */
export const readableFormats = 'JPEG, PNG, WebP, AVIF, GIF, TIFF and BMP';

const extensionOf = (name: string) => /\.([^./\\]+)$/.exec(name)?.[1].toLowerCase() ?? '';

/** True when a file of this name should be opened as an image, or named as an image that cannot be read. */
export function looksLikeImage(name: string): boolean {
  const extension = extensionOf(name);
  return extension in readable || extension in unreadable;
}

/** The name of a known image format that cannot be read, from the file's name; null for all others. */
export function unreadableByName(name: string): string | null {
  return unreadable[extensionOf(name)] ?? null;
}

const ascii = (bytes: Uint8Array, from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));

/** The format that the first bytes (16 are enough) speak of: `readable`, or the name of a known one that is not, or neither. */
export function formatOfBytes(bytes: Uint8Array): { readable: ImageFormat } | { unreadable: string } | null {
  const starts = (...wanted: number[]) => wanted.every((byte, i) => bytes[i] === byte);
  if (starts(0xff, 0xd8, 0xff)) return { readable: 'jpeg' };
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return { readable: 'png' };
  if (ascii(bytes, 0, 6) === 'GIF87a' || ascii(bytes, 0, 6) === 'GIF89a') return { readable: 'gif' };
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return { readable: 'webp' };
  if (starts(0x49, 0x49, 0x2a, 0) || starts(0x4d, 0x4d, 0, 0x2a) || starts(0x49, 0x49, 0x2b, 0) || starts(0x4d, 0x4d, 0, 0x2b)) return { readable: 'tiff' };
  if (ascii(bytes, 0, 2) === 'BM' && bytes.length >= 26) return { readable: 'bmp' };
  if (ascii(bytes, 4, 8) === 'ftyp') {
    const brand = ascii(bytes, 8, 12);
    if (brand === 'avif' || brand === 'avis') return { readable: 'avif' };
    if (/^(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(brand)) return { unreadable: 'HEIC' };
    if (/^crx /.test(brand)) return { unreadable: 'camera raw' };
    return null;
  }
  if (starts(0xff, 0x0a) || starts(0, 0, 0, 0x0c, 0x4a, 0x58, 0x4c, 0x20)) return { unreadable: 'JPEG XL' };
  if (starts(0, 0, 0, 0x0c, 0x6a, 0x50, 0x20, 0x20) || starts(0xff, 0x4f, 0xff, 0x51)) return { unreadable: 'JPEG 2000' };
  if (ascii(bytes, 0, 4) === '8BPS') return { unreadable: 'Photoshop' };
  if (starts(0, 0, 1, 0)) return { unreadable: 'icon' };
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--.*-->\s*)?<(svg|!DOCTYPE svg)/i.test(ascii(bytes, 0, Math.min(256, bytes.length)))) return { unreadable: 'SVG' };
  return null;
}
