// The sandbox's page: messages appear as they are posted, as Slack would show them.
import { channels, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, test } from '../support/fixtures.ts';
import { openChannel, shownMessages } from '../support/sandbox.ts';

test('messages appear live, formatted, and data can mention nobody', async ({ page, rest, sandbox }) => {
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: {
      type: 'send_slack_message',
      auth_token: tokens.bot,
      target: { channel_id: channels.sales },
      text: '*Lead* {{lead_id}} by {{publisher_name}}',
    },
  });
  await openChannel(page, sandbox, channels.sales);
  const shown = shownMessages(page, channels.sales);
  await expect(shown).toHaveCount(0);
  await rest.post(leadSold(1));
  await expect(shown).toHaveText(['Lead 1 by Blue Traffic']);
  await expect(shown.first().locator('strong, b')).toHaveText('Lead');

  await rest.post(leadSold(2, { publisher: { id: 1044, name: '<!channel> <@U0BENRUIZ> <https://evil.example|x> & *co*' } }));
  await expect(shown).toHaveCount(2);
  await expect(shown.nth(1)).toContainText('<!channel> <@U0BENRUIZ> <https://evil.example|x> &');
  await expect(shown.nth(1).locator('.mention, a')).toHaveCount(0);

  await page.locator('li.message:visible details.raw summary').first().click();
  await expect(page.locator('li.message:visible details.raw').first()).toContainText('chat.postMessage');
  await expect(page.locator('body')).not.toContainText(tokens.bot);
});

test('a refused call is shown with what was asked', async ({ page, rest, sandbox }) => {
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: 'C0ARCHIVE' }, text: 'late' },
  });
  await page.goto(`${sandbox.url}/#refused`);
  await rest.post(leadSold(1));
  await expect(page.locator('#refused li[data-error="is_archived"]')).toBeVisible();
  await expect.poll(async () => (await rest.deliveries()).map(({ status }) => status)).toEqual(['retrying']); // It waits until the channel is open again.
});
