import { describe, expect, it } from 'vitest';
import { parseRoute, routeTo } from '../../../src-renderer/state/route.svelte';

describe('routes', () => {
  it('are read back as they were written', () => {
    const fragment = routeTo('training', [3, 'a/b'], { prefix: '1.2' });
    const { page, rest, parameters } = parseRoute(fragment);
    expect([page, rest, parameters.get('prefix')]).toEqual(['training', ['3', 'a/b'], '1.2']);
  });
  it('lead to the first page when they are empty or unknown', () => {
    for (const fragment of ['', '#', '#/', '#/nowhere', '#/%E0%A4%A']) expect(parseRoute(fragment).page).toBe('images');
  });
});
