// What QA rehearses: Slack goes wrong by a switch on the sandbox's page, and Leadbell copes.
import type { Page } from '@playwright/test';
import { channels, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';
import type { Rest } from '../support/rest.ts';
import { openChannel, type Sandbox, shownMessages } from '../support/sandbox.ts';

function tellSales(rest: Rest): Promise<unknown> {
  return rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: {
      type: 'send_slack_message',
      auth_token: tokens.bot,
      target: { channel_id: channels.sales },
      text: 'Lead {{lead_id}}',
    },
  });
}

async function openFaults(page: Page, sandbox: Sandbox): Promise<void> {
  await page.goto(`${sandbox.url}/#faults`);
  await expect(page.getByRole('heading', { name: 'Faults', exact: true })).toBeVisible();
}

test('429 with Retry-After 3 for one channel: the message comes late, and once', async ({ page, context, rest, sandbox }) => {
  await tellSales(rest);
  await openFaults(page, sandbox);
  await page.getByLabel('What goes wrong').selectOption('429 Too Many Requests');
  await page.getByLabel('Retry-After, seconds').fill('3');
  await page.getByLabel('Channel or person').selectOption('#sales');
  await page.getByLabel('Method').selectOption('chat.postMessage');
  await page.getByLabel('Which calls').selectOption('The next calls');
  await page.getByLabel('How many calls').fill('1');
  await page.getByRole('button', { name: 'Switch on', exact: true }).click();
  const fault = page.locator('li.fault');
  await expect(fault).toContainText('429 with Retry-After 3 s · chat.postMessage to #sales · once');

  const slack = await context.newPage();
  await openChannel(slack, sandbox, channels.sales);
  await expect(slack.getByRole('status').filter({ hasText: '1 fault is on' })).toBeVisible();
  await rest.post(leadSold(31));
  await expect(fault).toContainText('used up');
  await expect(fault).toContainText('hit 1 of 1 call');
  await expect(slack.getByText('1 fault is on')).toBeHidden();
  await expect(shownMessages(slack, channels.sales)).toHaveText(['Lead 31'], { timeout: 15_000 });
  await expect.poll(async () => (await rest.deliveries()).map(({ status }) => status)).toEqual(['sent']);
  const posts = (await sandbox.calls()).filter(({ method }) => method === 'chat.postMessage');
  expect(posts.map(({ reply }) => reply?.status)).toEqual([429, 200]);
  const [refused, posted] = await Promise.all([post(sandbox, 0), post(sandbox, 1)]);
  expect(posted - refused).toBeGreaterThanOrEqual(3_000);
  expect(await sandbox.texts(channels.sales)).toEqual(['Lead 31']);
});

/** When the n-th message was asked for, UTC milliseconds. */
async function post(sandbox: Sandbox, nth: number): Promise<number> {
  const posts = (await sandbox.calls()).filter(({ method }) => method === 'chat.postMessage');
  return posts[nth]?.at_ms ?? Number.NaN;
}

test('what waits for a refused channel follows in order once the fault is switched off', async ({ page, rest, sandbox }) => {
  await tellSales(rest);
  await sandbox.switchOn({ fault: 'rate_limited', retry_after_s: 1, channel: channels.sales });
  await openChannel(page, sandbox, channels.sales);
  await expect(page.locator('#banner')).toContainText('429 with Retry-After 1 s · every call to #sales');
  await rest.post(leadSold(41));
  await rest.post(leadSold(42));
  await expect.poll(async () => (await sandbox.faults())[0]?.hits).toBeGreaterThan(0);
  await page.getByRole('button', { name: 'Switch all off' }).click();
  await expect(page.getByText('1 fault is on')).toBeHidden();
  await expect(shownMessages(page, channels.sales)).toHaveText(['Lead 41', 'Lead 42'], { timeout: 15_000 });
  expect(await sandbox.faults()).toEqual([]);
});

test('by keyboard: fields follow the choice, complaints lead to their field, nothing typed is lost', async ({ page, health, sandbox }) => {
  health.forgive(/422/);
  await openFaults(page, sandbox);
  await page.getByLabel('What goes wrong').focus();
  await page.getByLabel('What goes wrong').selectOption('Slow answer');
  await expect(page.getByLabel('Retry-After, seconds')).toBeHidden();
  const late = page.getByLabel('Late by, milliseconds');
  await late.fill('a while');
  await page.getByLabel('Ends after, seconds').fill('600');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('Late by, milliseconds: Must be a whole number');
  await expect(late).toBeFocused();
  await expect(late).toHaveValue('a while');
  await expect(page.getByLabel('Ends after, seconds')).toHaveValue('600');
  await page.getByRole('alert').getByRole('link').focus();
  await page.keyboard.press('Enter');
  await expect(late).toBeVisible();
  await late.fill('250');
  await late.press('Enter');
  await expect(page.locator('li.fault')).toContainText('answer 250 ms late · every call · for 600 s');
  await page.getByRole('button', { name: /^Switch off: answer 250 ms late/ }).focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('li.fault')).toHaveCount(0);
});

test('what is being typed survives the news of others', async ({ page, sandbox }) => {
  await openFaults(page, sandbox);
  await expect(page.locator('#live')).toContainText('Live');
  const seconds = page.getByLabel('Ends after, seconds');
  await seconds.fill('77');
  await sandbox.switchOn({ fault: 'html' });
  await sandbox.revoke(tokens.revoked);
  await expect(page.locator('li.fault')).toHaveCount(1);
  await expect(seconds).toHaveValue('77');
  await expect(seconds).toBeFocused();
});

test('without scripts the same forms do it', async ({ browser, sandbox }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await openFaults(page, sandbox);
  await page.getByLabel('What goes wrong').selectOption('Connection reset');
  await page.getByLabel('When', { exact: true }).selectOption('After the message was posted');
  await page.getByRole('button', { name: 'Switch on', exact: true }).click();
  await expect(page.locator('li.fault')).toContainText('connection reset, after the work · every call');
  await page.locator('#off-all').click();
  await expect(page.getByText('Slack behaves as it should')).toBeVisible();
  await context.close();
});

test('the panel is accessible in light and dark, and whole on a phone', async ({ page, health, sandbox }) => {
  test.setTimeout(180_000);
  health.forgive(/422/);
  await openFaults(page, sandbox);
  await examine(page, 'sandbox-faults-none');
  await sandbox.switchOn({ fault: 'error', code: 'restricted_action_read_only_channel', channel: channels.sales, percent: 12.5, seed: 4 });
  await sandbox.switchOn({ fault: 'missing_scope', needed: 'chat:write.public', token: tokens.bot, seconds: 3600 });
  await sandbox.switchOn({ fault: 'hang', after_the_work: true, method: 'chat.update', every: 3 });
  await expect(page.locator('li.fault')).toHaveCount(3);
  await examine(page, 'sandbox-faults');
  await page.getByLabel('What goes wrong').selectOption('Another error code of Slack');
  await page.getByLabel('Which calls').selectOption('By chance');
  await page.getByLabel('Percent of the calls').fill('200');
  await page.getByRole('button', { name: 'Switch on', exact: true }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await examine(page, 'sandbox-faults-refused');
});
