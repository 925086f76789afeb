// How a rule's messages go out: chosen on its page, seen in the list, in Slack and in the log.
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

test('a flood is told in one message, and the log has every lead of it', async ({ page, rest, sandbox }) => {
  await rest.addRule(rule);
  await rest.postAll(Array.from({ length: 60 }, (_, lead) => leadSold(lead + 1)));
  await expect.poll(() => sandbox.texts(channels.sales), { timeout: 10_000 }).toHaveLength(1);
  const [text] = await sandbox.texts(channels.sales);
  expect(text).toContain('60 messages in one');
  const link = /<([^|>]+)\|All of them in the log>/.exec(text ?? '')?.[1] ?? '';
  await logIn(page, people.admin);
  const address = new URL(link);
  await page.goto(address.pathname + address.search);
  await expect(page.getByRole('row')).toHaveCount(51); // A page of the log, and its head.
  await expect(page.getByRole('row').nth(1)).toContainText('Many came at once, and a summary told them together.');
});

test('limits and quiet hours are chosen on a page of the rule and stand in the list', async ({ page, rest, health }) => {
  health.forgive(/422/);
  await rest.addRule(rule);
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const row = list.row('lead {{lead_id}}');
  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^Sending of rule/ }).click();
  await page.getByLabel('When many come at once').selectOption({ label: 'Every message in order, however long it takes' });
  await page.getByLabel('In a minute').fill('0');
  await page.getByLabel('From').fill('22:00');
  await page.getByRole('button', { name: 'Save' }).click();
  const complaints = page.getByRole('alert');
  await expect(complaints).toContainText('In a minute: Write a whole number from 1 to 100,000.');
  await expect(complaints).toContainText('To: Write a time of day, such as 22:00.');
  await expect(page.getByLabel('From')).toHaveValue('22:00');
  await examine(page, 'sending');
  await page.getByLabel('In a minute').fill('20');
  await page.getByLabel('To', { exact: true }).fill('07:00');
  await page.getByLabel('Time zone').selectOption('America/New_York');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The sending options are saved.')).toBeVisible();
  await expect(list.row('lead {{lead_id}}')).toContainText('At most 20 a minute');
  await expect(list.row('lead {{lead_id}}')).toContainText('Quiet 22:00 – 07:00 America/New_York, then one summary');
});
