/**
 * Two matrices [n, width] and [q, width] without the columns that are zero in both: a student's embeddings fill a few
 * dozen of its teacher's hundreds, and zeros change no product. The columns keep their order, and at least one stays.
 * The arrays themselves come back where there is nothing to leave out.
 */
export function liveColumns(a: Float32Array, b: Float32Array, width: number): { a: Float32Array; b: Float32Array; width: number } {
  const live = new Uint8Array(width);
  live[0] = 1;
  let found = 1;
  for (const rows of [a, b])
    for (let at = 0; at < rows.length && found < width; at += width)
      for (let t = 1; t < width; t++)
        if (live[t] === 0 && rows[at + t] !== 0) {
          live[t] = 1;
          found++;
        }
  if (found === width) return { a, b, width };
  const columns = Int32Array.from(live.keys()).filter((t) => live[t] === 1);
  const narrowed = (rows: Float32Array) => {
    const out = new Float32Array((rows.length / width) * found);
    for (let at = 0, to = 0; at < rows.length; at += width) for (const t of columns) out[to++] = rows[at + t];
    return out;
  };
  return { a: narrowed(a), b: narrowed(b), width: found };
}
