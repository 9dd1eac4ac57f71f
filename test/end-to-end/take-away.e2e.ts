import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { runCommand } from '../support/command-line';
import { chooseInDialogs, exportShownRun, pythonWithOnnxRuntime } from '../support/journeys';
import { expect, test } from '../support/windows';

test('a run is exported, describes an image elsewhere, comes back under a new name, is deleted, restored and emptied', async ({ open, library, folder }) => {
  const opened = await open({ library });
  const { page, app } = opened;
  await expect(page.getByText('2,500 images described')).toBeVisible();
  await page.getByRole('link', { name: 'Training' }).click();
  const exported = await exportShownRun(opened, path.join(folder, 'out'));
  expect(fs.readdirSync(exported)).toEqual(expect.arrayContaining(['README.md', 'config.json', 'descriptor.onnx', 'interpreter.onnx', 'model.safetensors', 'describe.py', 'teacher']));

  const runs = page.getByRole('list', { name: 'Runs' });
  await chooseInDialogs(opened, exported);
  await page.getByRole('button', { name: 'Import a run' }).click();
  const dialog = page.getByRole('dialog', { name: 'Import a run' });
  if (app) await dialog.getByRole('button', { name: 'Folder …' }).click();
  else await dialog.getByTestId('import-run-archive').setInputFiles(`${path.join(folder, 'out')}.tar`);
  await dialog.getByLabel('Name here').fill('CIFAR-10, GS 128');
  await expect(dialog.getByText('Another run has this name.')).toBeVisible();
  await dialog.getByLabel('Name here').fill('Brought back');
  await dialog.getByRole('button', { name: 'Import', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Brought back' })).toBeVisible();

  // An image in the imported run and in the folder's own program.
  const image = path.join(folder, 'picture.png');
  fs.copyFileSync(path.join(import.meta.dirname, '../teacher-graphs/wide.png'), image);
  const { stdout } = await runCommand(['describe', image, '--run', 'Brought back', '--json', '--library', library]);
  const { symbols } = JSON.parse(stdout) as { symbols: number[] };
  expect(symbols).toHaveLength(8);
  const python = pythonWithOnnxRuntime();
  if (python !== null) {
    const said = JSON.parse(execFileSync(python, [path.join(exported, 'describe.py'), '--json', image], { encoding: 'utf8' })) as { symbols: number[] };
    expect(said.symbols).toEqual(symbols);
  }

  const notice = page.getByRole('status').filter({ hasText: /^(Deleted|Undone|Restored|Emptied)/ });
  const remove = async () => {
    await page.getByRole('button', { name: 'Delete Brought back' }).click();
    await expect(page.getByRole('dialog').getByRole('row', { name: /Brought back .*MB/ })).toBeVisible();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(notice).toContainText('Deleted “Brought back”');
    await expect(runs.getByText('Brought back')).toBeHidden();
  };
  await remove();
  await page.keyboard.press('ControlOrMeta+z');
  await expect(notice).toContainText('Undone: Deleted “Brought back”');
  await runs.getByText('Brought back').click();

  await remove();
  await page.getByRole('button', { name: 'Deleted runs and disk use' }).click();
  await page.getByRole('button', { name: 'Restore Brought back' }).click();
  await expect(runs.getByText('Brought back')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Pick Brought back' }).check();
  await page.getByRole('button', { name: 'Delete 1 run…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Empty Brought back now' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Empty now' }).click();
  await expect(notice).toContainText('Emptied 1 run');
  await expect(page.getByText('Nothing is deleted.')).toBeVisible();
});
