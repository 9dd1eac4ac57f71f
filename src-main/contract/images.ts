import * as z from 'zod';
import { givenName, rowId, split, symbolSequence, tagName } from './names';

export const collection = z.object({
  id: rowId,
  name: givenName,
  images: z.int(),
  labels: z.array(z.object({ name: z.string(), count: z.int() })),
  splits: z.object({ train: z.int(), test: z.int(), none: z.int() }),
  /** Files that could not be read at the last import. */
  failed: z.int(),
  createdAt: z.int(),
  /** True for the collection that comes with the app. */
  sample: z.boolean(),
});
export type Collection = z.infer<typeof collection>;

/** One file that could not be read, and why. */
export const fileFailure = z.object({ name: z.string(), code: z.string(), reason: z.string() });
export type FileFailure = z.infer<typeof fileFailure>;

/** One image as a grid shows it. `id` is the image itself, whatever collections hold it. */
export const imageItem = z.object({
  id: rowId,
  name: z.string(),
  label: z.string().nullable(),
  split: split.nullable(),
  width: z.int(),
  height: z.int(),
  /** By name. */
  tags: z.array(tagName),
  /** Left out of trainings, evaluations, maps and neighbours. */
  excluded: z.boolean(),
  /** The description by the chosen run; null while it has not been encoded. */
  symbols: symbolSequence.nullable(),
});
export type ImageItem = z.infer<typeof imageItem>;

export const imagePage = z.object({ total: z.int(), offset: z.int(), items: z.array(imageItem) });
export type ImagePage = z.infer<typeof imagePage>;
