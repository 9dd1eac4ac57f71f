import { rm, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FeatureStore } from '../teacher/feature-store';

/**
 * Embeddings z_s of the full description by slot, one file for each checkpoint that has described images: those of
 * another checkpoint never mix in.
 */
export function openEmbeddings(runDirectory: string, checkpointStep: number, width: number): FeatureStore {
  return FeatureStore.open(runDirectory, { width, records: 1, name: `embeddings-${checkpointStep}` });
}

/** Deletes the embeddings of all checkpoints but one. */
export async function removeOtherEmbeddings(runDirectory: string, checkpointStep: number): Promise<void> {
  for (const name of await readdir(runDirectory))
    if (/^embeddings-\d+\./.test(name) && !name.startsWith(`embeddings-${checkpointStep}.`)) await rm(join(runDirectory, name), { force: true });
}
