// "Why was I (not) told?": the tracking log, as an account manager and as a publisher read it.
import { readFile } from 'node:fs/promises';

import { channels, debtRelief, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(120_000);

const action = (text: string) => ({
  type: 'send_slack_message' as const,
  auth_token: tokens.bot,
  target: { channel_id: channels.sales },
  text,
});

test('an account manager finds out in four clicks why an event sent nothing', async ({ page, rest }) => {
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    filters: { price: { op: 'gt', value: '99999' } },
    action: action('Lead {{lead_id}}'),
  });
  await rest.post(leadSold(1, { lead: { id: 1, method: 'POST', fields: { email: 'john@example.com' } } }));
  await logIn(page, people.admin);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tracking log' }).click();
  await expect(page.getByRole('heading', { name: 'All Events', level: 1 })).toBeVisible();
  await examine(page, 'log');
  await page.getByRole('link', { name: 'No rule fired' }).first().click();
  await expect(page.getByText('Price is greater than 99999.00: was', { exact: false })).toBeVisible();
  await examine(page, 'log-event');
  await page.getByRole('button', { name: 'I confirm to get access' }).click();
  await expect(page.getByText('Personal data is shown; the audit log says so.')).toBeVisible();
  await expect(page.getByText('john@example.com')).toBeVisible();
  await examine(page, 'log-event-revealed');
  await page.getByRole('link', { name: 'Everything about this lead' }).click();
  await expect(page.getByRole('heading', { name: /^Everything about / })).toBeVisible();
  await examine(page, 'log-lead');
});

test('a publisher reads the same of his own and nothing of anybody else', async ({ page, rest }) => {
  await rest.addRule({
    level: 'publisher',
    entity_id: '1044',
    trigger: 'lms.lead_sold',
    filters: { price: { op: 'gt', value: '99999' } },
    action: action('Earned {{price}}'),
  });
  await rest.addRule({ level: 'product', entity_id: debtRelief.id, trigger: 'lms.lead_sold', action: action('Secret of the house') });
  await rest.post(leadSold(1));
  await logIn(page, people.publisher);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tracking log' }).click();
  await page.getByRole('link', { name: 'No rule fired' }).first().click();
  await expect(page.getByText('One rule looked at it, and did not fire.', { exact: false })).toBeVisible();
  await expect(page.getByText('Price is greater than 99999.00: there was none')).toBeVisible();
  for (const hidden of ['Acme', 'Campaign', 'Pingtree', 'Buyer', 'Secret of the house']) {
    await expect(page.locator('main')).not.toContainText(hidden);
  }
  await examine(page, 'log-event-publisher');
});

test('new events come by themselves until that is paused', async ({ page, rest }) => {
  await rest.post(leadSold(1));
  await logIn(page, people.admin);
  await page.goto('/log');
  const rows = page.locator('#log-rows tr');
  const before = await rows.count();
  await page.getByRole('button', { name: 'Follow live' }).click();
  await expect(page.getByText('Following')).toBeVisible();
  await rest.post(leadSold(2));
  await expect(rows).toHaveCount(before + 1);
  await page.getByRole('button', { name: 'Pause' }).click();
  await expect(page.getByText('Paused')).toBeVisible();
  await rest.post(leadSold(3));
  // What is paused is still there to be fetched.
  await page.getByRole('link', { name: 'Newer' }).click();
  await expect(rows).toHaveCount(2);
});

test('the log is taken along as a file, and read without a script', async ({ page, rest, browser, leadbell }) => {
  await rest.addRule({ level: 'product', entity_id: debtRelief.id, trigger: 'lms.lead_sold', action: action('Lead {{lead_id}}') });
  await rest.post(leadSold(1));
  await logIn(page, people.admin);
  await page.goto('/log');
  for (const [name, file] of [
    ['Export CSV', 'leadbell-log.csv'],
    ['Export JSON', 'leadbell-log.ndjson'],
  ] as const) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name }).click();
    expect((await download).suggestedFilename()).toBe(file);
    await expect(page.getByRole('status').filter({ hasText: 'The export is complete: 1 row.' })).toBeAttached();
  }
  await examine(page, 'log-exported');
  await page.goto('/log/deliveries');
  await expect(page.getByRole('table', { name: 'Deliveries' }).getByText('Sent', { exact: true })).toBeVisible();
  const deliveries = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  expect((await deliveries).suggestedFilename()).toBe('leadbell-deliveries.csv');
  const taken = (await readFile(await (await deliveries).path(), 'utf8')).trim().split('\n');
  expect(taken[0]).toContain('created_at,event_id,platform,trigger,lead_id,level,entity_id,rule');
  expect(taken).toHaveLength(2);
  await examine(page, 'log-deliveries-exported');
  const plain = await browser.newContext({ baseURL: leadbell.url, javaScriptEnabled: false });
  const quiet = await plain.newPage();
  await logIn(quiet, people.admin);
  await quiet.goto('/log');
  await expect(quiet.getByRole('button', { name: 'Follow live' })).toBeHidden();
  await expect(quiet.getByRole('link', { name: 'Newer' })).toBeVisible();
  await plain.close();
});
