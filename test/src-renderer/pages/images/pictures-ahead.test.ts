import { expect, it } from 'vitest';
import { PicturesAhead } from '../../../../src-renderer/pages/images/pictures-ahead';

it('loads each wanted picture once, and lets go of what is neither wanted nor there yet', () => {
  const made: { src: string; complete: boolean; decoding: string; removed: boolean }[] = [];
  const ahead = new PicturesAhead(() => {
    const picture = { src: '', complete: false, decoding: '', removed: false, removeAttribute: () => (picture.removed = true) };
    made.push(picture);
    return picture as unknown as HTMLImageElement;
  });
  ahead.want(['a', 'b', 'c']);
  made[1].complete = true;
  ahead.want(['c', 'd']);
  ahead.want(['a', 'c']);
  expect(made.map(({ src }) => src)).toEqual(['a', 'b', 'c', 'd', 'a']);
  expect(made.map(({ removed }) => removed)).toEqual([true, false, false, true, false]); // b was there already
});
