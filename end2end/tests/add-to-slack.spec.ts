// A Slack app is added without a token, and a channel is looked at before a rule sends there.
import { channels, people } from '../support/demo.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test('the app is added at Slack, and a channel is checked with a test message', async ({ page, sandbox, health }) => {
  health.forgive(/422/);
  await logIn(page, people.admin);
  await page.goto('/connections/new');
  await examine(page, 'connection-new-add-to-slack');

  await test.step('who does not allow it is told that nothing was added', async () => {
    await page.getByRole('link', { name: 'Add to Slack' }).click();
    await page.getByRole('link', { name: 'Cancel' }).click();
    await expect(page.getByRole('alert')).toContainText('You chose not to allow the app');
    await examine(page, 'add-to-slack-refused');
  });

  await page.getByRole('link', { name: 'Add to Slack' }).click();
  await page.getByRole('link', { name: 'Allow' }).click();
  await expect(page.getByText('is added. Rules can use it now.')).toBeVisible();
  await expect(page.getByText('Working')).toBeVisible();

  await page.getByRole('link', { name: 'Check a channel or person with it' }).click();
  await page.getByLabel('Channel or person').fill('#sales');
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(page.getByRole('alert')).toContainText('not its name');
  await page.getByLabel('Channel or person').fill(channels.sales);
  await page.getByRole('button', { name: 'Check and send a test message' }).click();
  await expect(page.getByRole('heading', { name: `#sales (${channels.sales})` })).toBeVisible();
  await expect(page.getByText('Test message sent')).toBeVisible();
  await examine(page, 'place-checked');
  await expect.poll(async () => (await sandbox.texts(channels.sales)).at(-1)).toMatch(/^\*TEST\* /);
});
