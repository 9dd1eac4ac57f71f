import * as z from 'zod';
import { selectedImages } from './query';

export const exportFormats = ['parquet', 'csv', 'jsonl', 'npy', 'projector', 'page'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** By what an exported page colours its map when it is opened: the label, the split, or the symbol at a position from 1. */
export const colourings = ['label', 'split', '1', '2', '3', '4', '5', '6', '7', '8'] as const;
export type Colouring = (typeof colourings)[number];

/** Formats that cannot do without the embeddings, or without the map. */
export const needsEmbeddings = (format: ExportFormat): boolean => format === 'npy' || format === 'projector';
export const needsMap = (format: ExportFormat): boolean => format === 'page';

export const exportOptions = z.object({
  format: z.enum(exportFormats),
  /** The embedding z_s of each image. */
  embeddings: z.boolean().default(false),
  /** How many of the nearest of the exported images to name for each one. */
  neighbours: z.int().min(0).max(100).default(0),
  /** A small WebP of each image. */
  thumbnails: z.boolean().default(false),
  colourBy: z.enum(colourings).default('label'),
});

/** What is exported, and how. */
export const exportRequest = selectedImages.extend(exportOptions.shape);
export type ExportRequest = z.infer<typeof exportRequest>;

/** What a path that the user chose in a native dialog may be used for. */
export const grantPurpose = z.enum(['import', 'export', 'teacher', 'run']);
export type GrantPurpose = z.infer<typeof grantPurpose>;

/** A file of a finished export that waits to be fetched: see `exportUrl` in urls.ts. */
export const exportedFile = z.object({ name: z.string(), bytes: z.int() });
export type ExportedFile = z.infer<typeof exportedFile>;
