import { describe, expect, it } from 'vitest';
import { CommonFolders, isSystemFile, placementOf, plainName } from '../../../src-main/dataset/placement';

/** Placement of each name, as a source with exactly these images gives it. */
function placed(...names: string[]): string[] {
  const common = new CommonFolders();
  for (const name of names) common.see(name);
  return names.map((name) => {
    const { split, label } = placementOf(name, common.depth);
    return `${split ?? '-'} ${label ?? '-'}`;
  });
}

describe('placementOf', () => {
  it('takes train and test as splits and the folder below as label, wrapped or not, in any case', () => {
    expect(placed('train/cat/1.jpg', 'test/dog/1.jpg')).toEqual(['train cat', 'test dog']);
    expect(placed('cifar10/train/cat/1.jpg', 'cifar10/Test/dog/1.jpg')).toEqual(['train cat', 'test dog']);
    expect(placed('a/b/TRAIN/cat/deep/er/1.jpg', 'a/b/TEST/dog/1.jpg')).toEqual(['train cat', 'test dog']);
  });
  it('takes the first folder as label where there is no split, passing over what wraps all images', () => {
    expect(placed('cat/1.jpg', 'dog/1.jpg')).toEqual(['- cat', '- dog']);
    expect(placed('pets/cat/1.jpg', 'pets/dog/deeper/1.jpg')).toEqual(['- cat', '- dog']);
    expect(placed('pets/cat/1.jpg', 'pets/1.jpg')).toEqual(['- cat', '- -']);
  });
  it('keeps the label of a single class', () => {
    expect(placed('cat/1.jpg', 'cat/2.jpg')).toEqual(['- cat', '- cat']);
    expect(placed('train/cat/1.jpg')).toEqual(['train cat']);
  });
  it('gives no label to images that lie loose', () => {
    expect(placed('1.jpg', '2.jpg')).toEqual(['- -', '- -']);
    expect(placed('cifar10/train/1.jpg', 'cifar10/test/2.jpg')).toEqual(['train -', 'test -']);
  });
  it('finds splits inside the class folders', () => {
    expect(placed('cat/train/1.jpg', 'dog/test/1.jpg')).toEqual(['train cat', 'test dog']);
  });
  it('does not take words that only contain a split for one', () => {
    expect(placed('training/1.jpg', 'latest/1.jpg')).toEqual(['- training', '- latest']);
  });
});

describe('plainName', () => {
  it.each([
    ['../../etc/cat/1.png', 'etc/cat/1.png'],
    ['/root/1.png', 'root/1.png'],
    ['C:\\pictures\\..\\1.png', 'pictures/1.png'],
    ['./a//b/./1.png', 'a/b/1.png'],
    ['a/line\nbreak.png', 'a/line\uFFFDbreak.png'],
    ['..', ''],
  ])('%j becomes %j', (from, to) => expect(plainName(from)).toBe(to));
});

it('knows what systems leave behind', () => {
  expect(['.DS_Store', 'a/.hidden/1.png', '__MACOSX/a/._1.png', 'a/Thumbs.db'].every(isSystemFile)).toBe(true);
  expect(['a/1.png', 'a.b/c.png'].some(isSystemFile)).toBe(false);
});
