import fs from 'node:fs';
import path from 'node:path';
import { expect, test, type Opened } from '../support/windows';

/** What a chart saves as CSV: in a browser as a download, in the window where the user says. */
async function savedCsv({ page, app }: Opened, chart: string, folder: string): Promise<string> {
  const file = path.join(folder, 'saved.csv');
  await page.getByRole('button', { name: `Save ${chart}` }).click();
  const item = page.getByRole('button', { name: 'Values as CSV' });
  if (app) {
    await app.evaluate(({ session }, target) => session.defaultSession.prependOnceListener('will-download', (_, download) => download.setSavePath(target)), file);
    await item.click();
    await expect.poll(() => fs.existsSync(file) && fs.statSync(file).size > 0).toBe(true);
  } else {
    const [download] = await Promise.all([page.waitForEvent('download'), item.click()]);
    expect(download.suggestedFilename()).toBe(`watched ${chart}.csv`);
    await download.saveAs(file);
  }
  return fs.readFileSync(file, 'utf8');
}

test('a run is watched: curves by step and time, their values, descriptions that change, and a map', async ({ open, library, folder }) => {
  const opened = await open({ library });
  const { page } = opened;
  await page.getByRole('link', { name: 'Training' }).click();
  await page.getByRole('button', { name: 'New training' }).first().click();
  const form = page.getByRole('form', { name: 'New training' });
  await form.getByRole('radio', { name: 'tiny' }).check({ force: true });
  await form.getByRole('textbox', { name: 'Name', exact: true }).fill('watched');
  await form.getByRole('textbox', { name: 'Steps', exact: true }).fill('120');
  await form.getByRole('textbox', { name: 'Learning rate', exact: true }).fill('0.02'); // so that descriptions change soon
  await form.getByRole('button', { name: 'Start training' }).click();

  // Every quantity has its chart once there is something to see.
  for (const title of ['Loss by prefix', 'k-NN top-1 by prefix', 'Linear top-1 by prefix', 'Memory', 'Steps a second'])
    await expect(page.getByRole('group', { name: new RegExp(`^${title}: \\d+ points`) })).toBeVisible({ timeout: 60_000 });
  const loss = page.getByRole('group', { name: /^Loss by prefix:/ });
  await expect(page.getByRole('group', { name: /^Loss by prefix: \d+ points up to step 120\./ })).toBeVisible({ timeout: 60_000 });
  await page.getByRole('radio', { name: 'Time of training' }).check({ force: true });
  await expect(page.getByRole('group', { name: /^Loss by prefix: \d+ points up to time 0:\d\d/ })).toBeVisible();

  // Zoomed by key, in all charts at once, and back.
  const whole = page.getByRole('button', { name: 'Show the whole run' });
  await loss.focus();
  await page.keyboard.press('+');
  await expect(whole).toBeEnabled();
  await page.keyboard.press('0');
  await expect(whole).toBeDisabled();

  await page.getByRole('radio', { name: 'Step', exact: true }).check({ force: true });
  const lines = (await savedCsv(opened, 'Loss by prefix', folder)).trim().split('\r\n');
  expect(lines[0]).toBe('step,prefix 1,prefix 2,prefix 3,prefix 4');
  expect(lines[lines.length - 1]).toMatch(/^120(,[\d.]+){4}$/);

  // The same images from evaluation to evaluation.
  const panel = page.getByRole('region', { name: 'Descriptions as training goes' });
  const slider = panel.getByRole('slider', { name: 'Evaluation' });
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 120, 13 of 13');
  await expect(panel.getByRole('img', { name: /^description/ })).toHaveCount(12);
  const points = () => panel.locator('[data-point]').evaluateAll((all) => all.map((point) => point.getAttribute('style')));
  const last = await points();
  expect(last.length).toBe(50);
  await slider.fill('0');
  await expect(slider).toHaveAttribute('aria-valuetext', 'step 0, 1 of 13');
  await expect(panel.locator('[data-changed]')).toHaveCount(0);
  expect(await points()).not.toEqual(last);
  await expect
    .poll(async () => {
      await slider.press('ArrowRight');
      return panel.locator('[data-changed]').count();
    })
    .toBeGreaterThan(0);
  await panel.getByRole('button', { name: 'Newest' }).click();
  expect(await points()).toEqual(last);
});
