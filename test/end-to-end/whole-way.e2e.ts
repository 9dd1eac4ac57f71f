import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/command-line';
import { unpackSample } from '../support/images';
import { exportShownRun, chooseImport, pythonWithOnnxRuntime, stateOf, stepOf, train } from '../support/journeys';
import { expect, test } from '../support/windows';


test('from a folder of images to a model that says the same elsewhere', async ({ open, library, folder }) => {
  test.setTimeout(240_000);
  const pictures = await unpackSample(path.join(folder, 'pictures'), 1000);
  const first = await open({ library });
  await expect(first.page.getByText(/^2,500 images described$/)).toBeVisible();
  await (await chooseImport(first, path.join(folder, 'pictures'))).getByRole('button', { name: 'Import' }).click();
  await expect(first.page.getByText('1,000 images', { exact: true })).toBeVisible({ timeout: 60_000 });

  await train(first.page, 'wolf', { steps: 700, quantizer: 'gumbel' });
  await expect.poll(() => stepOf(first.page, 'wolf'), { timeout: 90_000 }).toBeGreaterThan(50);
  await first.page.getByRole('button', { name: 'Pause' }).click();
  await expect(stateOf(first.page, 'wolf')).toContainText('paused');
  const before = await stepOf(first.page, 'wolf');
  await first.close();

  const second = await open({ library });
  const { page } = second;
  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('list', { name: 'Runs' }).getByRole('link', { name: /wolf/ }).click();
  expect(await stepOf(page, 'wolf')).toBeGreaterThanOrEqual(before);
  await page.getByRole('article').getByRole('button', { name: 'Resume' }).click();
  await expect(stateOf(page, 'wolf')).toContainText('finished', { timeout: 90_000 });
  await train(page, 'fox', { steps: 700, quantizer: 'vector' });
  await expect(stateOf(page, 'fox')).toContainText('finished', { timeout: 90_000 });

  for (const name of ['wolf', 'fox']) await page.getByRole('checkbox', { name: `Choose ${name}` }).check();
  await page.getByRole('toolbar', { name: 'Chosen runs' }).getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('radio', { name: 'Settings' }).check({ force: true });
  await expect(page.getByRole('region', { name: 'Settings of the runs' }).getByRole('rowheader')).toHaveText(['Quantizer']);

  await page.getByRole('list', { name: 'Runs' }).getByRole('link', { name: /wolf/ }).click();
  const exported = await exportShownRun(second, path.join(folder, 'out'));
  await runCommand(['export', '--collection', 'pictures', '--run', 'wolf', '--format', 'jsonl', '--out', path.join(folder, 'rows'), '--library', library]);
  const rows = fs.readFileSync(path.join(folder, 'rows', 'images.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line) as { name: string; symbols: number[] });
  expect(rows).toHaveLength(1000);
  const python = pythonWithOnnxRuntime();
  if (python === null) return;
  const said = execFileSync(python, [path.join(exported, 'describe.py'), '--json', ...pictures], { encoding: 'utf8', maxBuffer: 1 << 28 });
  const elsewhere = new Map(said.trim().split('\n').map((line) => JSON.parse(line) as { image: string; symbols: number[] }).map(({ image, symbols }) => [path.relative(path.join(folder, 'pictures'), image), symbols]));
  const inLibrary = new Map(rows.map(({ name, symbols }) => [name.replace(/^pictures\//, ''), symbols])); // a browser's upload keeps the folder's name
  expect(elsewhere).toEqual(inLibrary);
});
