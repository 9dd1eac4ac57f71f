import { thumbnailUrl } from '../../../src-main/contract/urls';
import { atlasEdge } from './point-renderer';

/** The middle square of an image's thumbnail, scaled to the atlas. @throws Error when the engine has no picture of it */
export async function loadPicture(image: number, signal: AbortSignal): Promise<ImageBitmap> {
  const answer = await fetch(thumbnailUrl(image, 64), { signal });
  if (!answer.ok) throw new Error(`No picture of image ${image} (${answer.status}).`);
  const whole = await createImageBitmap(await answer.blob());
  const edge = Math.min(whole.width, whole.height);
  const square = await createImageBitmap(whole, (whole.width - edge) >> 1, (whole.height - edge) >> 1, edge, edge, { resizeWidth: atlasEdge, resizeHeight: atlasEdge, resizeQuality: edge < atlasEdge ? 'pixelated' : 'medium' });
  whole.close();
  return square;
}
