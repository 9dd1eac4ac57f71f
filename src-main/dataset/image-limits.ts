import { GlyphscopeError } from '../contract/errors';
import { largestPixels } from './image';

/** "30,000 × 30,000 pixels": too many to decode. */
export function tooManyPixels(name: string, width: number, height: number): GlyphscopeError {
  const n = (value: number) => value.toLocaleString('en');
  return new GlyphscopeError('IMAGE_TOO_LARGE', `The image has ${n(width)} × ${n(height)} pixels; the limit is ${n(largestPixels)} pixels.`, {
    subject: name,
    remedy: 'Save it smaller and import it again.',
  });
}
