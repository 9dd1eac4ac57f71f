import { expect, it } from 'vitest';
import { UnpackedBytes } from '../../../src-main/dataset/archive-limits';

it('lets an archive grow a hundredfold, and in any case to 4 GiB', () => {
  const small = new UnpackedBytes('bomb.zip', 1000);
  small.add(4 * 1024 ** 3);
  expect(() => small.add(1)).toThrow('The archive unpacks to more than 100 times its own size: bomb.zip');
  const large = new UnpackedBytes('large.tar.gz', 10 * 1024 ** 3);
  large.add(1000 * 1024 ** 3);
  expect(() => large.add(1)).toThrow('more than 100 times');
});
