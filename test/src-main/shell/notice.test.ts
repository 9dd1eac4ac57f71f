import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { noticePage, restartAddress } from '../../../src-main/shell/notice';

it('shows what happened and what to do, without anything that could run', () => {
  const page = decodeURIComponent(noticePage({ code: 'LIBRARY_IN_USE', message: 'Held by <b onclick="x()">process 7</b>.', remedy: 'Close it & try again.' }, '/tmp/"log"'));
  expect(page).toContain('Held by &#60;b onclick=&#34;x()&#34;&#62;process 7&#60;/b&#62;.');
  expect(page).toContain('Close it &#38; try again.');
  expect(page).toContain(`href="${restartAddress}"`);
  expect(page).not.toContain('<script');
});

it('allows by its policy exactly the style that it has', () => {
  const page = decodeURIComponent(noticePage({ code: 'INTERNAL', message: 'x' }, '/log'));
  const style = /<style>([^]*)<\/style>/.exec(page)![1];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
});
