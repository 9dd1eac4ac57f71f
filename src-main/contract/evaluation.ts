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

export const featureFigures = z.object({ knn: knnResult, linear: linearResult });
export type FeatureFigures = z.infer<typeof featureFigures>;

/** What symbols keep: of the full description, and after every number of symbols. */
export const symbolFigures = featureFigures.extend({
  /** By prefix length: k-NN after every 1 … L symbols, the linear probe after 1, 2, 4, 8 and L. */
  prefix: z.record(z.string(), z.object({ knn: knnResult, linear: linearResult.nullable() })),
});
export type SymbolFigures = z.infer<typeof symbolFigures>;

/** What does not depend on the run's weights, only on the images, their teacher, K and L: computed once and kept. */
export const referenceFigures = z.object({ teacher: featureFigures, residualKMeans: symbolFigures });
export type ReferenceFigures = z.infer<typeof referenceFigures>;

/**
 * The document that `glyphscope evaluate --json` prints. DINO's protocol: cosine similarity, votes weighted by
 * exp(s / 0.07), k = 10, 20, 100, 200; embeddings from hard symbols; exact ties share their vote.
 */
export const evaluation = z.object({
  student: symbolFigures,
  teacher: featureFigures,
  /** Residual k-means of the same K and L on the teacher's features; null in documents made before it was measured. */
  residualKMeans: symbolFigures.nullable().default(null),
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

/** Mean accuracy over the draws and its standard deviation between them (n − 1), 0 to 1. */
const drawnAccuracy = z.object({ mean: z.number(), deviation: z.number() });

/** What `glyphscope few-shot --json` prints: top-1 accuracy from a few labelled images of each class. */
export const fewShot = z.object({
  run: z.string(),
  collection: z.string(),
  classes: z.int(),
  testImages: z.int(),
  draws: z.int(),
  seed: z.int(),
  shots: z.array(
    z.object({
      /** Labelled images of each class. */
      images: z.int(),
      /** From the symbols alone. */
      naiveBayes: drawnAccuracy,
      prefixModel: drawnAccuracy,
      /** From what the interpreter reads in all symbols. */
      embeddingMeans: drawnAccuracy,
      embeddingProbe: drawnAccuracy,
      /** From the teacher's features. */
      teacherMeans: drawnAccuracy,
      teacherProbe: drawnAccuracy,
    }),
  ),
  protocol: z.string(),
});
export type FewShot = z.infer<typeof fewShot>;

export const fewShotOptions = z.object({
  shots: z.array(z.int().min(1)).min(1).default([1, 5, 10, 50]),
  draws: z.int().min(1).max(100).default(10),
  seed: z.int().min(0).default(0),
});
export type FewShotOptions = z.infer<typeof fewShotOptions>;
