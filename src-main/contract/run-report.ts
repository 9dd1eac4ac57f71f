import * as z from 'zod';
import { rowId } from './names';

/** Runs that one report shows at most. */
export const mostReported = 100;

/** The paper's table and its figure 2 for some runs, as people read them and as files. */
export const runReport = z.object({
  title: z.string(),
  /** On what was trained and measured, and what is missing. */
  words: z.array(z.string()),
  columns: z.array(z.object({ title: z.string(), text: z.boolean() })),
  rows: z.array(z.object({ kind: z.string(), run: rowId.nullable(), cells: z.array(z.string()) })),
  /** `svg` in the colours asked for; `file` is the same in those that its viewer prefers, `csv` its values. */
  figures: z.array(z.object({ name: z.string(), title: z.string(), svg: z.string(), file: z.string(), csv: z.string() })),
  /** The table with plain numbers, and all of it as one page that needs no network. */
  csv: z.string(),
  html: z.string(),
});
export type RunReport = z.infer<typeof runReport>;
