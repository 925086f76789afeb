// The whole job by keyboard alone.
import type { Locator, Page } from '@playwright/test';
import { channels, PASSWORD, people } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { RuleForm, RuleList } from '../support/rule-form.ts';

/** Presses Tab until this has the focus; what has it must be visible all the way. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
    const ring = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return 'nothing';
      const box = focused.getBoundingClientRect();
      const style = getComputedStyle(focused);
      const marked = style.outlineStyle !== 'none' || style.boxShadow !== 'none';
      return box.width > 0 && box.height > 0 && marked ? 'seen' : `unseen: ${focused.outerHTML.slice(0, 120)}`;
    });
    expect(ring).not.toContain('unseen');
  }
  throw new Error(`Tab does not lead to ${target}`);
}

test('a rule is added, changed and deleted with the keyboard alone', async ({ page, rest, sandbox }) => {
  const press = (key: string) => page.keyboard.press(key);
  const type = (text: string) => page.keyboard.type(text);

  await page.goto('/login');
  await tabTo(page, page.getByLabel('E-mail'));
  await type(people.admin);
  await press('Tab');
  await type(PASSWORD);
  await press('Enter');
  await expect(page.getByRole('heading', { name: 'Dashboard' })).toBeVisible();
  await tabTo(page, page.getByRole('link', { name: 'Products', exact: true }));
  await press('Enter');
  await expect(page).toHaveURL(/\/products$/);
  await hydrated(page);

  await press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await press('Enter');
  await tabTo(page, page.getByRole('link', { name: 'Debt Relief', exact: true }));
  await press('Enter');
  await expect(page).toHaveURL(/\/products\/218$/);
  await tabTo(page, page.getByRole('link', { name: 'Tracking', exact: true }));
  await press('Enter');
  const add = page.getByRole('button', { name: 'Add Rule' }).first();
  await expect(add).toBeVisible();
  await hydrated(page);
  await tabTo(page, add);
  await press('Enter');

  const form = new RuleForm(page);
  await expect(form.dialog).toBeVisible();
  // The focus is inside, and stays inside.
  await expect.poll(() => form.dialog.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
  await tabTo(page, form.trigger('[LMS] Lead Sold'));
  await press('Space');
  await tabTo(page, form.nextButton);
  await press('Enter');
  await expect(form.field('Message Text')).toBeVisible();

  await tabTo(page, form.field('Publisher'));
  await type('blue');
  await expect(form.dialog.getByRole('option', { name: 'Blue Traffic' })).toBeVisible();
  await press('Enter');
  await expect(form.dialog.getByRole('button', { name: 'Remove Blue Traffic' })).toBeVisible();
  await press('Escape');
  await expect(form.dialog, 'Esc closes the list only').toBeVisible();
  await tabTo(page, form.field('Price Restrictions'));
  await type('Price range');
  await expect(form.field('Min Price')).toBeVisible();
  await press('Tab');
  await type('10');
  await press('Tab');
  await type('50');
  await tabTo(page, form.field('Slack Channel ID'));
  await type(channels.sales);
  await tabTo(page, form.field('Message Text'));
  await type('By keyboard: {{lead_id}}');
  await tabTo(page, form.saveButton);
  await press('Enter');
  await expect(form.dialog).toBeHidden();
  const list = new RuleList(page);
  await expect(list.row('By keyboard')).toHaveCount(1);
  await rest.post(leadSold(41));
  await sandbox.toHold(channels.sales, ['By keyboard: 41']);

  await test.step('Esc leaves the form, asks if something was typed, and gives the focus back', async () => {
    await tabTo(page, add);
    await press('Enter');
    await expect(form.dialog).toBeVisible();
    await press('Escape');
    await expect(form.dialog).toBeHidden();
    await expect(add).toBeFocused();
  });

  await test.step('a rule is deleted', async () => {
    await tabTo(page, list.row('By keyboard').getByRole('button', { name: /^Delete/ }));
    await press('Enter');
    const question = page.getByRole('dialog', { name: 'Delete this rule?' });
    await expect(question).toBeVisible();
    await tabTo(page, question.getByRole('button', { name: 'Delete Rule' }));
    await press('Enter');
    await expect(page.getByText('No rules yet')).toBeVisible();
  });
});

test('leaving a form that holds something asks first', async ({ page }) => {
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  await hydrated(page);
  const form = new RuleForm(page);
  await form.field('Message Text').fill('do not lose me');
  const asked: string[] = [];
  let answer = false;
  page.on('dialog', (dialog) => {
    asked.push(dialog.message());
    void (answer ? dialog.accept() : dialog.dismiss());
  });
  await page.keyboard.press('Escape');
  await expect.poll(() => asked.length).toBe(1);
  await expect(form.field('Message Text')).toHaveValue('do not lose me');
  answer = true;
  await page.keyboard.press('Escape');
  await expect(form.dialog).toBeHidden();
});
