import { RandomStream } from '../model/random';
import type { FeatureSource } from './batches';

/** Numbers that records are cut from; a prime, so that records of any width begin at different places. */
const poolSize = 1_000_003;
/** How much views of one image differ, against how much images do. */
const betweenViews = 0.3;

/**
 * Features of images that there are none of, for timing: each record is its image's row of normal numbers and some of its
 * own. As large as real ones, and as regular; what is learned from them means nothing.
 */
export function madeUpFeatures(spec: FeatureSource['spec']): FeatureSource {
  const random = new RandomStream(0, 'noise');
  const pool = Float32Array.from({ length: poolSize }, () => random.normal());
  const { width, records } = spec;
  return {
    spec,
    gather: (slots) => {
      const out = new Float32Array(slots.length * records * width);
      for (let i = 0; i < slots.length; i++)
        for (let r = 0; r < records; r++) {
          const own = ((slots[i] * records + r) * 7919 + 1) % poolSize;
          const image = (slots[i] * 104_729) % poolSize;
          const to = (i * records + r) * width;
          for (let d = 0; d < width; d++) out[to + d] = pool[(image + d) % poolSize] + betweenViews * pool[(own + d) % poolSize];
        }
      return out;
    },
  };
}
