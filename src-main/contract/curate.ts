import * as z from 'zod';
import { tagName } from './names';

export const tagCount = z.object({ name: tagName, count: z.int() });
export type TagCount = z.infer<typeof tagCount>;

/** What was changed, for the user to read (Tagged 3 images “blurred”), and how many images it changed; with none, nothing happened. */
export const changeMade = z.object({ title: z.string(), images: z.int() });
export type ChangeMade = z.infer<typeof changeMade>;

/** What Undo and Redo would turn back; null when there is nothing. */
export const history = z.object({ undo: z.string().nullable(), redo: z.string().nullable() });
export type History = z.infer<typeof history>;
