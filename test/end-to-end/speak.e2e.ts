import type { Page } from '@playwright/test';
import { expect, test } from '../support/windows';

const editor = (page: Page) => page.getByRole('listbox', { name: /^Sequence/ });
const place = (page: Page, position: number) => editor(page).getByRole('option', { name: new RegExp(`^Position ${position}:`) });
const neighbours = (page: Page) => page.getByRole('region', { name: 'Nearest images' }).getByRole('list', { name: 'Neighbours' }).getByRole('button');

test('a sequence with any symbol is typed, dragged, replaced and undone, and the nearest images follow', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('link', { name: 'Speak' }).click();
  await expect(editor(page)).toBeFocused();
  await page.keyboard.type('12 7 * 3');
  await expect(editor(page)).toHaveAccessibleName(/12 7 \* 3$/);
  await expect(neighbours(page)).toHaveCount(12);
  await expect(page.getByText(/(No image begins|images? begins?) with 12 7 \* 3/)).toBeVisible();
  await expect(page.getByText(/reads as the average symbol: the mean of those that the 2,500 images have/)).toBeVisible();
  const before = await neighbours(page).first().getAttribute('aria-label');

  // The first symbol is carried to the third place by the pointer.
  const from = await place(page, 1).boundingBox();
  const to = await place(page, 3).boundingBox();
  await page.mouse.move(from!.x + 20, from!.y + 20);
  await page.mouse.down();
  await page.mouse.move(to!.x + 10, to!.y + 20, { steps: 6 });
  await page.mouse.up();
  await expect(editor(page)).toHaveAccessibleName(/7 \* 12 3$/);
  await expect(neighbours(page).first()).not.toHaveAttribute('aria-label', before!);

  // And back by keys; then the cursor's symbol is replaced from the picker.
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(editor(page)).toHaveAccessibleName(/12 7 \* 3$/);
  await place(page, 2).click();
  await page.getByRole('button', { name: /^Put symbol 20\b/ }).click();
  await expect(editor(page)).toHaveAccessibleName(/12 20 \* 3$/);
  await expect(page).toHaveURL(/#\/speak\?symbols=12\.20\.\*\.3$|symbols=12\.20\.%2A\.3$/);
  await editor(page).press('Control+z');
  await expect(editor(page)).toHaveAccessibleName(/12 7 \* 3$/);
  await editor(page).press('End');
  await editor(page).press('Backspace');
  await expect(editor(page)).toHaveAccessibleName(/12 7 \*$/);
});

test('an image is spoken from the inspector, and neighbours are walked and the way back is found', async ({ open, library }) => {
  const { page } = await open({ library });
  await page.getByRole('gridcell').nth(3).click();
  const panel = page.getByRole('region', { name: 'What is selected' });
  const near = panel.getByRole('list', { name: 'Neighbours' }).getByRole('button');
  await expect(near).toHaveCount(12);
  const first = await panel.getByRole('heading', { level: 3 }).first().textContent();
  for (const kind of [/^By the teacher/, /^By the symbols/, /^By how many symbols/]) {
    await panel.getByRole('radio', { name: kind }).check({ force: true });
    await expect(near).toHaveCount(12);
  }
  await expect(near.first()).toHaveAccessibleName(/\d+ edits?, distance \d\.\d\d; /);
  await near.first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('navigation', { name: 'The way here' }).getByRole('button')).toHaveCount(1);
  await near.nth(2).click();
  await expect(page.getByRole('navigation', { name: 'The way here' }).getByRole('button')).toHaveCount(2);
  await page.keyboard.press('Alt+ArrowLeft');
  await page.keyboard.press('Alt+ArrowLeft');
  await expect(panel.getByRole('heading', { level: 3 }).first()).toHaveText(first!);
  await expect(page.getByRole('navigation', { name: 'The way here' })).toHaveCount(0);

  await panel.getByRole('button', { name: 'Speak this' }).click();
  await expect(page.getByText(/1 image begins with|images begin with/)).toBeVisible();
  await expect(editor(page)).toHaveAccessibleName(/(\d+ ){7}\d+$/);
});
