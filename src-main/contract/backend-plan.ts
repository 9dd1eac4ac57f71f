import * as z from 'zod';
import { backendNames } from './config';

/** What a process is to compute with, decided before it starts. */
export const backendPlan = z.object({
  /** To be tried in this order. */
  candidates: z.array(z.enum(backendNames)).min(1),
  /** Why the first of them. */
  reason: z.string(),
  /** What to do for a better one; null when there is nothing to do. */
  note: z.string().nullable(),
});
export type BackendPlan = z.infer<typeof backendPlan>;
