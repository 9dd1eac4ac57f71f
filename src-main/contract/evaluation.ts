import * as z from 'zod';

/** Accuracies between 0 and 1; `k` by number of neighbours; top1 and top5 are the means over them. */
export const knnResult = z.object({
  top1: z.number(),
  top5: z.number(),
  k: z.record(z.string(), z.object({ top1: z.number(), top5: z.number() })),
});
export const linearResult = z.object({ top1: z.number(), top5: z.number() });
export type KnnResult = z.infer<typeof knnResult>;
export type LinearResult = z.infer<typeof linearResult>;

/**
 * The document that `glyphscope evaluate --json` prints. DINO's protocol: cosine similarity, votes weighted by
 * exp(s / 0.07), k = 10, 20, 100, 200; embeddings from hard symbols; exact ties share their vote.
 */
export const evaluation = z.object({
  student: z.object({
    knn: knnResult,
    linear: linearResult,
    /** The same by prefix length: 1, 2, 4, 8. */
    prefix: z.record(z.string(), z.object({ knn: knnResult, linear: linearResult })),
  }),
  teacher: z.object({ knn: knnResult, linear: linearResult }),
  /** student.knn.top1 ÷ teacher.knn.top1. */
  retention: z.number(),
  run: z.string(),
  collection: z.string(),
  trainImages: z.int(),
  testImages: z.int(),
  /** Which features the figures are for, and how the split was made. */
  protocol: z.string(),
});
export type Evaluation = z.infer<typeof evaluation>;
