import { dotAt } from './embedding-set';
import { pauses } from './pause';

const sampleRows = 2048;
const rounds = 40;

/**
 * Coordinates of the rows [m, width] on their two directions of greatest spread, [m, 2], centred. Directions by
 * orthogonal iteration on an even sample of at most 2,048 rows; each direction's largest entry is positive, so the
 * picture is not mirrored from run to run. Fewer than two directions of spread leave zeros.
 * @throws the signal's reason when cancelled
 */
export async function principalPlane(rows: Float32Array, width: number, signal?: AbortSignal): Promise<Float32Array> {
  const pause = pauses(signal);
  const m = rows.length / width;
  const step = Math.max(1, Math.ceil(m / sampleRows));
  const mean = new Float32Array(width);
  for (let i = 0; i < m; i++) for (let t = 0; t < width; t++) mean[t] += rows[i * width + t] / m;
  const sample: number[] = [];
  for (let i = 0; i < m; i += step) sample.push(i);

  // Two fixed starting directions that no data set is likely to be orthogonal to.
  const axes = new Float32Array(2 * width);
  for (let t = 0; t < width; t++) {
    axes[t] = Math.cos(t + 1);
    axes[width + t] = Math.sin(2 * t + 1);
  }
  orthonormalise(axes, width);
  const next = new Float32Array(2 * width);
  for (let round = 0; round < rounds; round++) {
    next.fill(0);
    let at = 0;
    const offset = [dotAt(mean, 0, axes, 0, width), dotAt(mean, 0, axes, width, width)];
    for (const i of sample) {
      if (at++ % 256 === 0) await pause();
      for (let c = 0; c < 2; c++) {
        const along = dotAt(rows, i * width, axes, c * width, width) - offset[c];
        for (let t = 0; t < width; t++) next[c * width + t] += along * (rows[i * width + t] - mean[t]);
      }
    }
    axes.set(next);
    orthonormalise(axes, width);
  }
  for (let c = 0; c < 2; c++) {
    const axis = axes.subarray(c * width, (c + 1) * width);
    const largest = axis.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    if (largest < 0) for (let t = 0; t < width; t++) axis[t] = -axis[t];
  }
  const out = new Float32Array(m * 2);
  for (let c = 0; c < 2; c++) {
    await pause();
    const offset = dotAt(mean, 0, axes, c * width, width);
    for (let i = 0; i < m; i++) out[i * 2 + c] = dotAt(rows, i * width, axes, c * width, width) - offset;
  }
  return out;
}

/** Gram–Schmidt on two rows; a row without length, or parallel to the first, becomes zero. */
function orthonormalise(axes: Float32Array, width: number): void {
  const unit = (from: number, before: number) => {
    const length = Math.sqrt(dotAt(axes, from, axes, from, width));
    const scale = length > 1e-6 * before && length > 1e-20 ? 1 / length : 0;
    for (let t = 0; t < width; t++) axes[from + t] *= scale;
  };
  unit(0, 0);
  const before = Math.sqrt(dotAt(axes, width, axes, width, width));
  const along = dotAt(axes, 0, axes, width, width);
  for (let t = 0; t < width; t++) axes[width + t] -= along * axes[t];
  unit(width, before);
}
