// A card around a rule's messages: chosen on its page with a preview, and what Slack shows then.
import { channels, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';
import { openTracking } from '../support/rule-form.ts';

const rule = {
  level: 'product',
  entity_id: '218',
  trigger: 'lms.lead_sold',
  action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'lead {{lead_id}}' },
};

test('a card is designed with a preview, sent, and seen in Slack and in the list', async ({ page, rest, sandbox, health }) => {
  health.forgive(/422/);
  await rest.addRule(rule);
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const row = list.row('lead {{lead_id}}');
  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^Layout of rule/ }).click();
  await page.getByLabel('Layout', { exact: true }).selectOption({ label: 'Card' });
  await page.getByLabel('Header').fill('Sold: {{nothing}}');
  await page.getByLabel('Name of field 1').fill('Lead');
  await page.getByRole('button', { name: 'Save' }).click();
  const complaints = page.getByRole('alert');
  await expect(complaints).toContainText('Header: There is no placeholder {{nothing}}.');
  await expect(complaints).toContainText('Value of field 1: This field is required.');
  await expect(page.getByLabel('Name of field 1')).toHaveValue('Lead');
  await examine(page, 'card-refused');

  await page.getByLabel('Header').fill('Sold: {{product_name}}');
  await page.getByLabel('Value of field 1').fill('*{{lead_id}}*');
  await page.getByLabel('Name of field 2').fill('Price');
  await page.getByLabel('Value of field 2').fill('{{price|money}}');
  await page.getByLabel('Context').fill('Rule {{rule_id}}');
  await page.getByLabel('Button label').fill('Open');
  await page.getByLabel('Button opens').fill('{{log_url}}');
  await page.getByRole('button', { name: 'Preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('Sold: Debt Relief');
  await expect(preview).toContainText("All of it is within Slack's limits.");
  await examine(page, 'card');

  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The layout is saved.')).toBeVisible();
  await expect(list.row('lead {{lead_id}}')).toContainText('Card: header, 2 fields, context, button');
  await rest.postAll([leadSold(7)]);
  await expect.poll(() => sandbox.texts(channels.sales)).toHaveLength(1);
  await page.goto(sandbox.url);
  const message = page.locator('.message').first();
  await expect(message.locator('.block-header')).toContainText('Sold: Debt Relief');
  await expect(message.locator('.block-fields')).toContainText('Price');
  await expect(message.locator('.block-button')).toHaveText('Open');
  await expect(message.locator('.fallback')).toContainText('lead');
});
