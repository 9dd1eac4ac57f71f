import * as z from 'zod';
import { givenName, rowId } from './names';

/**
 * What is on screen: a page with its own parameters (query, place in the list, camera, colours …; each page checks its
 * own), and which collection and run it shows, by name, so that a view means the same in another library.
 */
export const view = z.strictObject({
  version: z.literal(1),
  page: z.string().regex(/^[a-z]{1,20}$/),
  /** What follows the page in the address. */
  rest: z.array(z.string().max(100)).max(8),
  parameters: z.array(z.tuple([z.string().max(40), z.string().max(4000)])).max(2000),
  collection: givenName.nullable(),
  run: givenName.nullable(),
});
export type View = z.infer<typeof view>;

export const savedView = z.object({ id: rowId, name: givenName, view, createdAt: z.int() });
export type SavedView = z.infer<typeof savedView>;

/** A view as a file: `glyphscope` says what the file is. */
export const viewFile = z.strictObject({ glyphscope: z.literal('view'), name: givenName, view });
export type ViewFile = z.infer<typeof viewFile>;
