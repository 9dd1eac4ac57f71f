import fs from 'node:fs';
import path from 'node:path';
import { expect, test, type Opened } from '../support/windows';

/** Runs an export from the open dialog; gives the folder with its files. */
async function exportInto({ page, app }: Opened, parent: string): Promise<string> {
  const dialog = page.getByRole('dialog', { name: /^Export/ });
  if (app) {
    await app.evaluate(({ dialog: native }, given) => {
      native.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [given] });
    }, parent);
    await dialog.getByRole('button', { name: 'Choose a folder …' }).click();
    await expect(dialog.getByText(/images? exported to/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    return path.join(parent, fs.readdirSync(parent)[0]);
  }
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  const link = dialog.getByRole('list', { name: 'Files' }).getByRole('link');
  const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
  const folder = path.join(parent, 'downloaded');
  await download.saveAs(path.join(folder, download.suggestedFilename()));
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  return folder;
}

test('images are picked by pointer and keys, tagged, excluded, and all of it is undone and done again', async ({ open, library }) => {
  const { page } = await open({ library });
  const cells = page.getByRole('gridcell');
  const bar = page.getByRole('toolbar', { name: 'What is picked' });
  const notice = page.getByRole('status').filter({ hasText: /^(Tagged|Excluded|Undone|Done again)/ });
  await expect(page.getByText('2,500 images described')).toBeVisible();

  await cells.nth(1).click();
  await cells.nth(3).click({ modifiers: ['Shift'] });
  await expect(bar).toContainText('3 picked');
  await cells.nth(2).click({ modifiers: ['ControlOrMeta'] });
  await expect(bar).toContainText('2 picked');
  await page.keyboard.press('t');
  await page.keyboard.type('Nice ones');
  await page.keyboard.press('Enter');
  await expect(notice).toContainText('Tagged 2 images “Nice ones”');
  await expect(cells.nth(1)).toContainText('Nice ones');
  await expect(cells.nth(2)).not.toContainText('Nice ones');
  await expect(page.getByRole('button', { name: 'Take tag Nice ones away' })).toBeVisible(); // in the inspector

  await cells.nth(0).focus();
  await page.keyboard.press('Escape');
  await expect(bar).toBeHidden();
  await page.keyboard.press(' ');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(bar).toContainText('3 picked');
  await page.keyboard.press('x');
  await expect(page.getByText('2,497 images described')).toBeVisible();
  await page.getByRole('button', { name: '3 excluded: show' }).click();
  await expect(page.getByText('3 of 2,500 images')).toBeVisible();
  await expect(cells.nth(0)).toContainText('excluded');

  await page.goBack();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(notice).toContainText('Undone: Excluded 3 images');
  await expect(page.getByText('2,500 images described')).toBeVisible();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(notice).toContainText('Undone: Tagged 2 images');
  await expect(cells.nth(1)).not.toContainText('Nice ones');
  await page.keyboard.press('ControlOrMeta+Shift+z');
  await expect(cells.nth(1)).toContainText('Nice ones');
});

test('all that a query finds is exported as CSV, and the collection as a page that opens offline and asks for nothing', async ({ open, library, folder }) => {
  const opened = await open({ library });
  const { page } = opened;
  await expect(page.getByText('2,500 images described')).toBeVisible();
  await page.locator('[data-filter] input').first().fill('label:ship');
  await expect(page.getByText('250 of 2,500 images')).toBeVisible();
  await page.getByRole('gridcell').first().focus();
  await page.keyboard.press('ControlOrMeta+a');
  await expect(page.getByRole('toolbar', { name: 'What is picked' })).toContainText('250 picked');
  await page.keyboard.press('e');
  await page.getByRole('dialog', { name: 'Export 250 images' }).getByLabel('Format').selectOption('csv');
  const [asTable, asPage] = [path.join(folder, 'table'), path.join(folder, 'page')];
  for (const one of [asTable, asPage]) fs.mkdirSync(one);
  const lines = fs.readFileSync(path.join(await exportInto(opened, asTable), 'images.csv'), 'utf8').trimEnd().split('\r\n');
  expect(lines).toHaveLength(251);
  expect(lines.slice(1).every((line) => line.includes(',ship,'))).toBe(true);

  await page.getByRole('gridcell').first().focus();
  await page.keyboard.press('e');
  await page.getByRole('dialog').getByLabel('Format').selectOption('page');
  await page.getByRole('dialog').getByLabel('Coloured by').selectOption('1');
  const file = path.join(await exportInto(opened, asPage), 'index.html');
  if (opened.app) return; // the page itself is looked at in the browser
  const offline = await page.context().newPage();
  const requests: string[] = [];
  const problems: string[] = [];
  offline.on('request', (request) => void (request.url().startsWith('data:') || requests.push(request.url())));
  offline.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())));
  offline.on('pageerror', (error) => void problems.push(error.message));
  await offline.goto(`file://${file}`);
  await expect(offline.getByText('250 images', { exact: true })).toBeVisible();
  await expect(offline.getByLabel('Colour by')).toHaveValue('1');
  await offline.getByLabel('Find').fill('* *');
  await expect(offline.getByText('250 of 250 images')).toBeVisible();
  await offline.locator('#found button').first().click();
  await offline.locator('#chosen .symbols button').first().click();
  await expect(offline.getByText(/^\d+ of 250 images$/)).not.toHaveText('250 of 250 images');
  expect(requests).toEqual([`file://${file}`]);
  expect(problems).toEqual([]);
});

test('near-duplicates are found, and one key excludes all but the first of a group', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('button', { name: 'Near-duplicates' }).click();
  await page.getByLabel('Same symbols').selectOption('1');
  await page.getByRole('button', { name: 'Look for them' }).click();
  await page.getByLabel('Closer than').fill('0.05');
  await expect(page.getByText(/^\d+ groups of \d+ images/)).toBeVisible();
  const groups = async () => Number(/^\d+/.exec(await page.getByText(/^\d+ groups of/).innerText())![0]);
  const before = await groups();
  expect(before).toBeGreaterThan(2);
  await page.locator('[data-group="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('x');
  await expect.poll(groups).toBe(before - 1);
  await page.keyboard.press('ControlOrMeta+z');
  await expect.poll(groups).toBe(before);
});
