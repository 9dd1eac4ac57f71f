import * as z from 'zod';
import { rowId } from './names';

/** Two runs that have described the same collection. */
export const runPair = z.object({ run: rowId, other: rowId, collection: rowId });
export type RunPair = z.infer<typeof runPair>;

/** How far the neighbours of images agree between two runs. Each image's own figure comes over HTTP: `comparisonUrl` in urls.ts. */
export const comparison = runPair.extend({
  /** Images that both runs have described. */
  images: z.int(),
  /** Nearest neighbours of each image that were compared, itself left out. */
  neighbours: z.int(),
  /** How many images keep none, one … all of their neighbours. */
  kept: z.array(z.int()),
  createdAt: z.int(),
});
export type Comparison = z.infer<typeof comparison>;
