// What rules were: undo, history, restore, and two people's edits side by side, with and without a script.
import type { Page } from '@playwright/test';
import { blueTraffic, channels, northLeads, people, tokens } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import type { Rest, StoredRule } from '../support/rest.ts';
import { openTracking } from '../support/rule-form.ts';

async function add(rest: Rest, change: Record<string, unknown> = {}): Promise<StoredRule> {
  return rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'first {{lead_id}}' },
    ...change,
  });
}

async function texts(rest: Rest): Promise<string[]> {
  return (await rest.rules('product', '218')).map((rule) => rule.action.text);
}

/** The card of a version. */
function version(page: Page, number: number) {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: `Version ${number}`, exact: true }) });
}

test('a deleted rule comes back by Undo', async ({ page, rest }) => {
  await add(rest);
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  await list.row('first').getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('dialog', { name: 'Delete this rule?' }).getByRole('button', { name: 'Delete Rule' }).click();
  await expect(page.getByText('The rule is deleted.')).toBeVisible();
  await expect(list.row('first')).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.getByText(/Rule \d+ is back\./)).toBeVisible();
  await expect(list.row('first')).toHaveCount(1);
  expect(await texts(rest)).toEqual(['first {{lead_id}}']);
});

test('the history tells each change and brings a version back', async ({ page, rest }) => {
  await add(rest, { filters: { publisher: { any_of: [blueTraffic.id] } } });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.edit(list.row('first'));
  await form.field('Message Text').fill('second {{lead_id}}');
  await form.save();
  const row = list.row('second');
  await row.getByRole('button', { name: /^Disable/ }).click();
  await expect(await list.cell(row, 'Status')).toHaveText('Disabled');

  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^History of rule/ }).click();
  await expect(version(page, 3)).toContainText('Disabled by You');
  await expect(version(page, 2)).toContainText('first {{lead_id}}');
  await expect(version(page, 2)).toContainText('second {{lead_id}}');
  await expect(version(page, 1)).toContainText('Added by API key');
  await expect(version(page, 3).getByRole('button')).toHaveCount(0);
  await version(page, 1).getByText('The whole rule of this version').click();
  await expect(version(page, 1).getByText(`Publisher is ${blueTraffic.name}`)).toBeVisible();

  await version(page, 1).getByRole('button', { name: 'Restore version 1' }).click();
  await expect(page.getByText('again what it was in version 1')).toBeVisible();
  await expect(version(page, 4)).toContainText('Restored by You');
  expect(await texts(rest)).toEqual(['first {{lead_id}}']);
});

test('without a script, too, a rule is deleted, found among the deleted ones and restored', async ({ browser, leadbell, rest }) => {
  await add(rest);
  const context = await browser.newContext({ baseURL: leadbell.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await list.row('first').getByRole('button', { name: /^Delete/ }).click();
  await page.getByRole('button', { name: 'Delete Rule', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible();
  await page.getByRole('link', { name: 'Deleted rules' }).click();
  await expect(page.getByRole('heading', { name: 'Deleted rules' })).toBeVisible();
  await page.getByRole('button', { name: /^Restore rule/ }).click();
  await expect(list.row('first')).toHaveCount(1);
  await context.close();
});

test('of two who edit one rule the second sees both and decides, without a script as well', async ({ browser, leadbell, rest }) => {
  await add(rest);
  const context = await browser.newContext({ baseURL: leadbell.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await logIn(page, people.admin);
  const list = await openTracking(page);
  const mine = await list.edit(list.row('first'));

  const faster = await context.newPage();
  const theirs = await openTracking(faster);
  const form = await theirs.edit(theirs.row('first'));
  await form.field('Message Text').fill('theirs {{lead_id}}');
  await form.saveButton.click();
  await expect(theirs.row('theirs')).toHaveCount(1);

  await mine.field('Message Text').fill('mine {{lead_id}}');
  await mine.saveButton.click();
  await expect(page.getByRole('heading', { name: /was changed in the meantime/ })).toBeVisible();
  const difference = page.getByRole('heading', { name: 'What becomes different if you save yours' }).locator('..');
  await expect(difference).toContainText('theirs {{lead_id}}');
  await expect(difference).toContainText('mine {{lead_id}}');
  expect(await texts(rest)).toEqual(['theirs {{lead_id}}']);
  await page.getByRole('button', { name: 'Save mine anyway' }).click();
  await expect(list.row('mine')).toHaveCount(1);
  expect(await texts(rest)).toEqual(['mine {{lead_id}}']);
  await context.close();
});

test('a publisher sees the history of his own rules and no name of the house', async ({ page, rest }) => {
  await add(rest, { level: 'publisher', entity_id: blueTraffic.id });
  const other = await add(rest, { level: 'publisher', entity_id: northLeads.id });
  await logIn(page, people.publisher);
  await page.goto('/profile/tracking');
  const row = page.getByRole('row').filter({ hasText: 'first {{lead_id}}' });
  await row.getByLabel(/^More about rule/).click();
  await row.getByRole('link', { name: /^History of rule/ }).click();
  await expect(version(page, 1)).toContainText('Added by Your manager');
  await expect(page.getByText('API key')).toHaveCount(0);
  const answer = await page.request.get(`/profile/tracking/${other.id}/history`);
  expect(answer.status()).toBe(404);
});
