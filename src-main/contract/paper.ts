/** Accuracies between 0 and 1, as the paper prints them for one of its variants. */
export interface PublishedFigures {
  variant: string;
  knnTop1: number;
  knnTop5: number;
  linearTop1: number;
  linearTop5: number;
}

/**
 * The table of Martinez Pozos and Meza Ruiz (UNAM), Distilling Visual Information into Symbolic Representations through
 * Self-Supervised Learning: nine variants on CIFAR-10 under a frozen ViT-B/16, k-NN (mean over four numbers of neighbours)
 * and linear probe. In the paper's order.
 */
export const publishedTable: readonly PublishedFigures[] = [
  { variant: 'VQ 512', knnTop1: 0.3428, knnTop5: 0.8837, linearTop1: 0.3365, linearTop5: 0.903 },
  { variant: 'VQ 256', knnTop1: 0.2074, knnTop5: 0.7881, linearTop1: 0.2082, linearTop5: 0.7992 },
  { variant: 'VQ 128', knnTop1: 0.2532, knnTop5: 0.8007, linearTop1: 0.2202, linearTop5: 0.8299 },
  { variant: 'SS 512', knnTop1: 0.3165, knnTop5: 0.8864, linearTop1: 0.3335, linearTop5: 0.9108 },
  { variant: 'SS 256', knnTop1: 0.1015, knnTop5: 0.5024, linearTop1: 0.0995, linearTop5: 0.4976 },
  { variant: 'SS 128', knnTop1: 0.3079, knnTop5: 0.8666, linearTop1: 0.2868, linearTop5: 0.8982 },
  { variant: 'GS 512', knnTop1: 0.4913, knnTop5: 0.9381, linearTop1: 0.5248, linearTop5: 0.9686 },
  { variant: 'GS 256', knnTop1: 0.5002, knnTop5: 0.9419, linearTop1: 0.5301, linearTop5: 0.9674 },
  { variant: 'GS 128', knnTop1: 0.4731, knnTop5: 0.9111, linearTop1: 0.4983, linearTop5: 0.9456 },
];

/** Vocabulary sizes of the paper's nine variants, and the smaller ones that it names as future work. */
export const publishedSizes: readonly number[] = [512, 256, 128];
export const smallSizes: readonly number[] = [64, 32, 16];

/** What the paper prints for a variant ("GS 128"); null for one that it does not have. */
export function publishedFigures(variant: string): PublishedFigures | null {
  return publishedTable.find((row) => row.variant === variant) ?? null;
}
