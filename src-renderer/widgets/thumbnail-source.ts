import { thumbnailSizes, thumbnailUrl } from '../../src-main/contract/urls';

/** The address of an image's picture that is as sharp as the screen at `size` CSS pixels. */
export function thumbnailSource(image: number, size: number): string {
  const density = typeof devicePixelRatio === 'number' ? devicePixelRatio : 1;
  return thumbnailUrl(image, thumbnailSizes.find((known) => known >= size * density) ?? thumbnailSizes[thumbnailSizes.length - 1]);
}
