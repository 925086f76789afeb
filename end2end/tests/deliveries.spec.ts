// What happens to messages, where people see and mend it: a refused channel, its queue, and sending again.
import { channels, debtRelief, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

test('messages for a closed channel wait, are seen on every page, and go once it is open', async ({ page, rest, sandbox }) => {
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'Lead {{lead_id}}' },
  });
  await sandbox.switchOn({ fault: 'error', code: 'is_archived', channel: channels.sales });
  await rest.post(leadSold(1));
  await expect.poll(async () => (await rest.deliveries()).map(({ status }) => status)).toEqual(['retrying']);
  await rest.post(leadSold(2));
  await logIn(page, people.admin);
  await page.goto('/connections');
  await page.getByRole('link', { name: /Messages to # C0SALES01 wait/ }).click();
  await expect(page.getByRole('heading', { name: 'Health', level: 1 })).toBeVisible();
  await expect(page.getByRole('row', { name: /C0SALES01/ })).toContainText('Refused by Slack');
  await examine(page, 'health-refused');

  await sandbox.switchOff();
  await page.getByRole('button', { name: /Try # C0SALES01 again now/ }).click();
  await expect(page.getByText('The first message for # C0SALES01 is tried now')).toBeVisible();
  await expect.poll(async () => sandbox.texts(channels.sales), { timeout: 20_000 }).toEqual(['Lead 1', 'Lead 2']);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tracking log' }).click();
  await expect(page.getByRole('heading', { name: 'All Events', level: 1 })).toBeVisible();
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await expect(page.getByRole('heading', { name: 'Deliveries', level: 1 })).toBeVisible();
  await examine(page, 'deliveries');
});

test('a failed message is found, understood and sent again', async ({ page, rest, sandbox }) => {
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'Lead {{lead_id}}' },
  });
  await sandbox.switchOn({ fault: 'error', code: 'msg_too_long', channel: channels.sales });
  await rest.post(leadSold(1));
  await expect.poll(async () => (await rest.deliveries()).map(({ status }) => status)).toEqual(['failed']);
  await sandbox.switchOff();
  await logIn(page, people.admin);
  await page.goto('/log/deliveries?status=failed');
  await examine(page, 'deliveries-failed');
  await page.getByRole('link', { name: /^Lead / }).first().click();
  await expect(page.getByText('Shorten the message text of the rule.').first()).toBeVisible();
  await examine(page, 'delivery');
  await page.getByRole('link', { name: 'Send it again…' }).click();
  await expect(page.getByText('1 message will be sent again', { exact: false })).toBeVisible();
  await examine(page, 'resend');
  await page.getByRole('button', { name: 'Send 1 message again' }).click();
  await expect(page.getByText('1 message is queued again.')).toBeVisible();
  await expect.poll(async () => sandbox.texts(channels.sales), { timeout: 20_000 }).toEqual(['Lead 1']);
});

test('who is told of trouble is set once and tried at once', async ({ page, rest, sandbox, health }) => {
  health.forgive(/422/);
  // The connection to tell with is the one that comes with a rule's token.
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'Lead {{lead_id}}' },
  });
  await logIn(page, people.admin);
  await page.goto('/health');
  await page.getByRole('link', { name: 'Alerts' }).click();
  await page.getByLabel('Channel or member ID').fill('#sales');
  await page.getByRole('button', { name: 'Try and save' }).click();
  await expect(page.getByRole('alert')).toContainText('need another look');
  await expect(page.getByLabel('Channel or member ID')).toHaveValue('#sales');
  await examine(page, 'alerts-refused');
  await page.getByLabel('Send with').selectOption({ index: 1 });
  await page.getByLabel('Channel or member ID').fill(channels.calls);
  await page.getByRole('button', { name: 'Try and save' }).click();
  await expect(page.getByText('Trouble is told to # C0CALLS01 from now on.')).toBeVisible();
  expect((await sandbox.texts(channels.calls)).at(-1)).toContain('Leadbell will tell here');
});
