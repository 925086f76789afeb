// The weekly report: set by keyboard, refused input stays, the first message is there.
import { channels, people } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

test('an admin has the week reported to a channel, and what he typed wrong stays', async ({ page, sandbox, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/settings/report');
  await examine(page, 'report');
  const target = page.getByLabel('Channel or member ID');
  await target.fill('nonsense');
  await page.keyboard.press('Enter');
  await expect(target).toHaveAttribute('aria-invalid', 'true');
  await expect(target).toHaveValue('nonsense');
  await expect(page.getByLabel('Send with')).toHaveAccessibleDescription(/Choose one of the connections/);
  await examine(page, 'report-refused');
  await page.getByLabel('Send with').selectOption({ index: 1 });
  await target.fill(channels.sales);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('status').first()).toContainText('every week');
  expect(await sandbox.texts(channels.sales)).toEqual([expect.stringContaining('Leadbell will report here once a week')]);
});
