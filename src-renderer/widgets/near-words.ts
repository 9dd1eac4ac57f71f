import type { NearImage, NearnessName } from '../../src-main/contract/near';

const cosine = (similarity: number) => similarity.toFixed(3).replace('-', '−');

/** Why an image is near, the distance that it was ordered by first. @param asked symbols that were asked about */
export function distanceInWords({ image, similarity, sharedPrefix, edits }: NearImage, by: NearnessName, asked: number): { first: string; second: string } {
  const shared = sharedPrefix === 0 ? 'no prefix shared' : sharedPrefix === image.symbols?.length ? 'same description' : `first ${sharedPrefix} shared`;
  if (by === 'prefix') return { first: shared, second: cosine(similarity) };
  if (by !== 'edits') return { first: cosine(similarity), second: shared };
  const longer = Math.max(asked, image.symbols?.length ?? 0, 1);
  return { first: edits === 1 ? '1 edit' : `${edits} edits`, second: `distance ${(edits / longer).toFixed(2)}` };
}
