import * as z from 'zod';
import { imageItem } from './images';
import { rowId, tagName } from './names';

export const tagCount = z.object({ name: tagName, count: z.int() });

/** What was changed, for the user to read (Tagged 3 images “blurred”), and how many images it changed; with none, nothing happened. */
export const changeMade = z.object({ title: z.string(), images: z.int() });
export type ChangeMade = z.infer<typeof changeMade>;

/** What Undo and Redo would turn back; null when there is nothing. */
export const history = z.object({ undo: z.string().nullable(), redo: z.string().nullable() });
export type History = z.infer<typeof history>;

/**
 * Near-duplicates: images whose descriptions begin with the same symbols and whose teacher features are close, as 1 − cosine.
 * On CIFAR-10, of pairs within 0.01 nearly all of a sample showed the same picture, cut or coloured otherwise, and
 * 99.6 % had the same label; from 0.015 on other animals and aeroplanes come in, at 0.02 they are half. Of those pairs 82 %
 * agree in the first two symbols and 1 % in all eight.
 */
export const nearDuplicateDefaults = { threshold: 0.01, most: 0.05, symbols: 2 } as const;

/** What a search found: `edges` join images at every threshold up to `most` (explore/near-duplicates.ts). */
export const nearDuplicates = z.object({
  /** Checkpoint whose descriptions were compared. */
  step: z.int(),
  /** Leading symbols that had to be the same. */
  symbols: z.int(),
  /** Images that were compared. */
  images: z.int(),
  most: z.number(),
  edges: z.array(z.tuple([rowId, rowId, z.number()])),
});
export type NearDuplicates = z.infer<typeof nearDuplicates>;

/** Groups at a threshold, the closest first. `outdated`: the run has described the collection anew since. */
export const duplicateList = z.object({
  symbols: z.int(),
  images: z.int(),
  outdated: z.boolean(),
  /** Groups in all, images in them, and how many would go if only the first of each stayed. */
  groups: z.int(),
  grouped: z.int(),
  others: z.int(),
  offset: z.int(),
  items: z.array(z.object({ distance: z.number(), total: z.int(), images: z.array(imageItem) })),
});
export type DuplicateList = z.infer<typeof duplicateList>;
/** Images of a group that are shown; `total` says how many there are. */
export const shownDuplicates = 24;
