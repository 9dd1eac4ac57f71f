/**
 * Random numbers in [0, 1) that depend on nothing but a seed, an image (its SHA-256) and a view: not on the order, the
 * batch or the library. Source: the generator sfc32 of PractRand (Chris Doty-Humphrey).
 * @param sha256 64 hexadecimal digits
 */
export function seededRandom(seed: number, sha256: string, view: number): () => number {
  let a = parseInt(sha256.slice(0, 8), 16) ^ Math.imul(seed | 0, 0x9e3779b1);
  let b = parseInt(sha256.slice(8, 16), 16) ^ Math.imul(view + 1, 0x85ebca6b);
  let c = parseInt(sha256.slice(16, 24), 16) ^ Math.floor(seed / 2 ** 32);
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 15; i++) next(); // so that near seeds part ways
  return next;
}
