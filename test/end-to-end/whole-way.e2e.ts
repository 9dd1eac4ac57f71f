import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { runCommand } from '../support/command-line';
import { unpackSample } from '../support/images';
import { exportShownRun, importFolder, pythonWithOnnxRuntime } from '../support/journeys';
import { expect, test } from '../support/windows';

const state = (page: Page, name: string) => page.getByRole('group', { name: `State of ${name}` });
const stepOf = async (page: Page, name: string) => Number(/step ([\d,]+) of/.exec((await state(page, name).textContent()) ?? '')?.[1].replaceAll(',', '') ?? 0);

/** Begins a training of the tiny preset on the collection that is shown. */
async function train(page: Page, name: string, quantizer: string): Promise<void> {
  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('button', { name: 'New training' }).first().click();
  const form = page.getByRole('form', { name: 'New training' });
  await form.getByRole('radio', { name: 'tiny' }).check({ force: true });
  await form.getByRole('combobox', { name: 'Quantizer' }).selectOption(quantizer);
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
  await form.getByRole('textbox', { name: 'Steps', exact: true }).fill('700');
  await form.getByRole('button', { name: 'Start training' }).click();
  await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
}

test('from a folder of images to a model that says the same elsewhere', async ({ open, library, folder }) => {
  test.setTimeout(240_000);
  const pictures = await unpackSample(path.join(folder, 'pictures'), 1000);
  const first = await open({ library });
  await expect(first.page.getByText(/^2,500 images described$/)).toBeVisible();
  await importFolder(first, path.join(folder, 'pictures'));
  await expect(first.page.getByText('1,000 images', { exact: true })).toBeVisible({ timeout: 60_000 });

  await train(first.page, 'wolf', 'gumbel');
  await expect.poll(() => stepOf(first.page, 'wolf'), { timeout: 90_000 }).toBeGreaterThan(50);
  await first.page.getByRole('button', { name: 'Pause' }).click();
  await expect(state(first.page, 'wolf')).toContainText('paused');
  const before = await stepOf(first.page, 'wolf');
  await first.close();

  const second = await open({ library });
  const { page } = second;
  await page.getByRole('link', { name: 'Training', exact: true }).click();
  await page.getByRole('list', { name: 'Runs' }).getByRole('link', { name: /wolf/ }).click();
  expect(await stepOf(page, 'wolf')).toBeGreaterThanOrEqual(before);
  await page.getByRole('article').getByRole('button', { name: 'Resume' }).click();
  await expect(state(page, 'wolf')).toContainText('finished', { timeout: 90_000 });
  await train(page, 'fox', 'vector');
  await expect(state(page, 'fox')).toContainText('finished', { timeout: 90_000 });

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
