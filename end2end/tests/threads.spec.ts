// One thread per lead: chosen on a rule's page, seen in Slack with a line that says how things stand, and in the log.
import { blueTraffic, channels, people, tokens } from '../support/demo.ts';
import { earning, leadSold } from '../support/events.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';
import { openTracking } from '../support/rule-form.ts';

const action = (text: string, sending = {}) => ({
  type: 'send_slack_message',
  auth_token: tokens.bot,
  target: { channel_id: channels.sales },
  text,
  sending,
});

test('what follows about a lead is a reply, and the first message says how things stand', async ({ page, rest, sandbox }) => {
  await rest.addRule({ level: 'product', entity_id: '218', trigger: 'lms.lead_sold', action: action('lead {{lead_id}}') });
  await rest.addRule({
    level: 'publisher',
    entity_id: blueTraffic.id,
    trigger: 'lms.publisher_earning_received',
    action: action('earned with {{lead_id}}', { thread: 'lead' }),
  });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const row = list.row('lead {{lead_id}}');
  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^Sending of rule/ }).click();
  await page.getByLabel('Threads').selectOption({ label: 'One thread per lead or call' });
  await examine(page, 'sending-threads');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('The sending options are saved.')).toBeVisible();
  await expect(list.row('lead {{lead_id}}')).toContainText('One thread per lead or call');

  await rest.post(leadSold(1));
  await expect.poll(() => sandbox.texts(channels.sales)).toHaveLength(1);
  await rest.post(leadSold(2));
  await rest.post(earning(1, '30.00'));
  await expect.poll(() => sandbox.texts(channels.sales)).toHaveLength(3);
  await expect.poll(async () => (await sandbox.texts(channels.sales))[0], { timeout: 20_000 }).toContain(
    '_Publisher Earning Received · 2 messages · last ',
  );

  await page.goto('/log/deliveries?q=1&status=sent');
  await page.getByRole('link', { name: 'Lead 1' }).first().click();
  await expect(page.getByText('A reply', { exact: false }).first()).toBeVisible();
  await page.getByRole('link', { name: 'its first message' }).click();
  await expect(page.getByText('The first message of its thread')).toBeVisible();
  await examine(page, 'delivery-thread');

  await page.goto(`${sandbox.url}/#${channels.sales}`);
  const messages = page.locator(`[data-messages="${channels.sales}"] > .message`);
  await expect(messages.nth(0)).toContainText('(edited)');
  await expect(messages.nth(1)).toContainText('earned with 1');
  await expect(messages.nth(2)).toContainText('lead 2');
});
