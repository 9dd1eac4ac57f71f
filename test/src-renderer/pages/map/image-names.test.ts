import { describe, expect, it } from 'vitest';
import type { ImageItem } from '../../../../src-main/contract/images';
import { ImageNames } from '../../../../src-renderer/pages/map/image-names.svelte';

describe('ImageNames', () => {
  const item = (id: number) => ({ id, name: `${id}.jpg` }) as ImageItem;
  it('asks once for each image, gives up older questions, and survives a failure', async () => {
    const asked: number[] = [];
    const aborted: number[] = [];
    const names = new ImageNames((image, signal) => {
      asked.push(image);
      signal.addEventListener('abort', () => aborted.push(image));
      return image === 3 ? Promise.reject(new Error('gone')) : Promise.resolve(item(image));
    });
    names.want(1);
    names.want(1);
    names.want(2);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([1, 2]);
    expect(aborted).toEqual([1]);
    expect(names.of(2)?.name).toBe('2.jpg');
    names.want(3);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(names.of(3)).toBeNull();
    names.want(2);
    expect(asked).toEqual([1, 2, 3]);
  });
});
