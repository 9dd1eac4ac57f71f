import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { matchesUrl } from '../../src-main/contract/urls';
import { expect, test } from '../support/windows';

const found = (page: Page, count: string) => page.getByRole('status').filter({ hasText: new RegExp(`^${count} of 2,500 images$`) });
const parameters = (page: Page) => page.evaluate(() => [...new URLSearchParams(location.hash.split('?')[1]).entries()]);

test('a query is typed, completed, counted, saved as a view, and restored after a reload', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  await page.locator('body').press('/');
  const box = page.getByRole('combobox', { name: 'Search images' });
  await expect(box).toBeFocused();

  // a field and a value from the lists, the second by its arrow
  await page.keyboard.type('lab');
  await expect(page.getByRole('option', { name: /^label/ })).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.type('ca');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(box).toHaveValue('label:cat ');
  await page.keyboard.type('-split:te');
  await page.keyboard.press('Tab');
  await expect(found(page, '200')).toBeVisible();

  // what is wrong is marked where it stands, and the last answer stays
  await page.keyboard.insertText('widht>3'); // at once: a pause within it would be a query too
  await expect(page.getByRole('alert')).toHaveText(/^There is no field "widht"/);
  await expect(page.locator('mark')).toHaveText('widht');
  await expect(found(page, '200')).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  for (let i = 0; i < 'widht>3'.length; i++) await page.keyboard.press('Backspace');
  await page.keyboard.press('Enter');

  // controls beside the box edit its text
  const splits = page.getByRole('group', { name: 'Split' });
  await splits.getByText('Test', { exact: true }).click();
  await expect(box).toHaveValue('label:cat -split:test split:test');
  await expect(found(page, '0')).toBeVisible();
  await splits.getByText('All', { exact: true }).click();
  await expect(found(page, '200')).toBeVisible();

  // further down, saved under a name
  const grid = page.getByRole('grid', { name: 'Images' });
  const size = await grid.boundingBox();
  await page.mouse.move(size!.x + size!.width / 2, size!.y + size!.height / 2);
  await page.mouse.wheel(0, 2000);
  await expect.poll(async () => (await parameters(page)).find(([name]) => name === 'top')?.[1] ?? '0').not.toBe('0');
  const before = await parameters(page);
  const first = await page.evaluate(() => [...document.querySelectorAll('[role=gridcell] img')].map((image) => image.getAttribute('alt'))[0]);
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('textbox', { name: 'Name of this view' }).fill('Cats to train on');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Saved as "Cats to train on".')).toBeVisible();

  await page.goto(`${new URL(page.url()).origin}/#/training`);
  await page.reload();
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('button', { name: /^Cats to train on/ }).click();
  await expect(found(page, '200')).toBeVisible();
  await expect(box).toHaveValue('label:cat -split:test');
  await expect(page.getByRole('gridcell').filter({ has: page.getByRole('img', { name: first! }) })).toBeAttached();
  expect(Object.fromEntries(await parameters(page))).toEqual({ ...Object.fromEntries(before), size: '128' });

  // Esc empties the box
  await box.focus();
  await page.keyboard.press('Escape');
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
});

test('the ids of what a query finds come as one array, to whoever has a session', async ({ open, library }) => {
  const { page } = await open({ library });
  await expect(page.getByText(/^2,500 images described$/)).toBeVisible();
  const bytes = (address: string) => page.evaluate(async (url) => [...new Uint8Array(await (await fetch(url)).arrayBuffer())], address);
  const ids = new Int32Array(Uint8Array.from(await bytes(matchesUrl(1, 1, 'label:cat has:*'))).buffer);
  expect(new Set(ids).size).toBe(ids.length);
  expect((await bytes(matchesUrl(1, null, 'label:cat'))).length / 4).toBe(250);
  const refused = await page.evaluate(async (url) => (await fetch(url)).json() as Promise<unknown>, matchesUrl(1, null, 'lable:cat'));
  expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: 'There is no field "lable".' });
  const outside = await fetch(new URL(matchesUrl(1, null, ''), page.url()));
  expect(outside.status).toBe(401);
});
