import * as z from 'zod';
import { givenName, rowId } from './names';

/** What happened to a run that somebody who looks elsewhere may want to know. */
export const runNews = z.object({
  run: rowId,
  name: givenName,
  kind: z.enum(['finished', 'failed', 'interrupted', 'finding']),
  /** As a notification says it. */
  title: z.string(),
  text: z.string(),
});
export type RunNews = z.infer<typeof runNews>;
