// Who sees what: publishers their own rules only, buyers' people their campaigns, LMS admins no calls.
import { acmeCa, autoCalls, blueTraffic, channels, debtRelief, people, tokens } from '../support/demo.ts';
import { earning } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking, RuleForm, RuleList } from '../support/rule-form.ts';

/** Names of the buyers' side in the demo: none may reach a publisher. */
const BUYERS_SIDE = /Acme|Summit|Shield|Harbor Health|Main US|Silent|Auto Calls|filters\.(buyer|campaign|pingtree|publisher)|pingtree|\bbuyer/i;

test('a publisher keeps his own rules under My Profile, without authors and without the buyers\' side', async ({
  page,
  rest,
  sandbox,
}) => {
  const answers: string[] = [];
  page.on('response', (response) => {
    if (new URL(response.url()).pathname.startsWith('/fn/')) {
      void response.text().then((text) => answers.push(text), () => undefined);
    }
  });
  await logIn(page, people.publisher);
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My tracking' }).click();
  await expect(page).toHaveURL(/\/profile\/tracking$/);
  await hydrated(page);
  const list = new RuleList(page);
  const headings = await list.table.getByRole('columnheader').allTextContents();
  expect(headings.slice(0, 7)).toEqual([
    'ID',
    'Trigger',
    'Trigger Settings',
    'Action',
    'Action Settings',
    'Status',
    'Created At',
  ]);
  expect(headings).not.toContain('Author');
  expect(await page.content()).not.toContain('Pat Silva');
  expect(await page.content()).not.toMatch(BUYERS_SIDE);

  const form = await list.addRule();
  const offered = form.dialog.getByRole('radiogroup', { name: 'Trigger' }).getByRole('radio');
  await expect(offered).toHaveCount(6);
  expect(await page.content()).not.toMatch(BUYERS_SIDE);
  await form.start('[LMS] Publisher Earning Received');
  for (const label of ['Publisher', 'Buyer', 'Campaign', 'Pingtree']) await expect(form.field(label)).toHaveCount(0);
  await form.field('Channel').click();
  await expect(form.offered).toHaveText([/^Blue Calls/, /^Blue FORM/, /^Blue Loans/, /^Blue POST 1/]);
  await form.field('Channel').press('Escape');
  // Staff's saved tokens are not his.
  await expect(form.field('Saved connection')).toHaveCount(0);
  expect(await page.content()).not.toMatch(BUYERS_SIDE);

  await form.field('Message Text').fill('{{buyer_name}} paid for {{lead_id}}');
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.sales);
  await form.refused({ 'Message Text': /\{\{buyer_name\}\} is not available/ });
  await form.field('Message Text').fill('I earned {{price|money}} with {{lead_id}}');
  await form.save();
  await expect(list.row('I earned')).toHaveCount(1);
  expect(await page.content()).not.toMatch(BUYERS_SIDE);
  expect(answers.length).toBeGreaterThan(0);
  for (const answer of answers) expect(answer).not.toMatch(BUYERS_SIDE);

  await rest.post(earning(21, '30.00'));
  await sandbox.toHold(channels.sales, ['I earned $30.00 with 21']);
});

test('a publisher reaches nothing else, whatever address he tries', async ({ page, health }) => {
  health.forgive(/404|403/);
  await logIn(page, people.publisher);
  for (const path of [
    '/products',
    '/campaigns',
    '/products/218',
    '/products/218/tracking',
    '/products/218/tracking/new',
    '/campaigns/8807/tracking',
    '/publishers/1051/tracking',
  ]) {
    const response = await page.goto(path);
    expect(response?.status(), path).toBe(404);
    await expect(page.getByRole('heading', { name: 'Nothing here' })).toBeVisible();
    expect(await page.content(), path).not.toMatch(/Debt Relief|Acme|North Leads/);
  }
  // Of publishers there is himself.
  await page.goto('/publishers');
  await expect(page.getByRole('table').getByRole('row')).toHaveCount(2);
  await expect(page.getByRole('table')).toContainText(blueTraffic.name);
});

test('staff see the rule a publisher made, with its author', async ({ page, browser, leadbell, rest }) => {
  await logIn(page, people.publisher);
  await page.goto('/profile/tracking');
  await hydrated(page);
  const list = new RuleList(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.blue);
  await form.field('Message Text').fill('Mine: {{lead_id}}');
  await form.save();

  const desk = await browser.newContext({ baseURL: leadbell.url });
  const other = await desk.newPage();
  await logIn(other, people.publisherAgent);
  const staff = await openTracking(other, `publishers/${blueTraffic.id}`);
  const row = staff.row('Mine');
  await expect(await staff.cell(row, 'Author')).toHaveText('Dana Blue');
  await desk.close();
  expect(await rest.rules('publisher', blueTraffic.id)).toHaveLength(2);
});

test('a buyer agent sees the campaigns of his buyers only', async ({ page, health }) => {
  health.forgive(/404|403/);
  await logIn(page, people.buyerAgent);
  const menu = page.getByRole('navigation', { name: 'Main' });
  await menu.getByRole('link', { name: 'Campaigns' }).click();
  await expect(page).toHaveURL(/\/campaigns$/);
  await expect(menu.getByRole('link', { name: 'Products' })).toHaveCount(0);
  await expect(menu.getByRole('link', { name: 'Publishers' })).toHaveCount(0);
  const table = page.getByRole('table');
  await expect(table).toContainText('Acme CA');
  await expect(table).not.toContainText('Summit');
  await expect(table).not.toContainText('Shield');

  const form = await (await openTracking(page, `campaigns/${acmeCa.id}`)).addRule();
  await form.start('[LMS] Campaign Sold');
  for (const label of ['Publisher', 'Channel', 'Source', 'Buyer', 'Campaign']) {
    await expect(form.field(label)).toHaveCount(0);
  }
  for (const path of ['/campaigns/8820/tracking', '/products/218/tracking', '/publishers/1044/tracking']) {
    expect((await page.goto(path))?.status(), path).toBe(404);
  }
});

test('an LMS admin sees no calls, a Call Logic admin no web leads', async ({ page, browser, leadbell, health }) => {
  health.forgive(/404|403/);
  await logIn(page, people.lmsAdmin);
  await page.goto('/products');
  await expect(page.getByRole('table')).toContainText('Debt Relief');
  await expect(page.getByRole('table')).not.toContainText('Calls');
  expect((await page.goto(`/products/${autoCalls.id}/tracking`))?.status()).toBe(404);
  const publisher = await (await openTracking(page, `publishers/${blueTraffic.id}`)).addRule();
  await expect(publisher.dialog.getByRole('radio', { name: /^\[LMS\]/ })).toHaveCount(3);
  await expect(publisher.dialog.getByRole('radio', { name: /^\[Call Logic\]/ })).toHaveCount(0);

  const desk = await browser.newContext({ baseURL: leadbell.url });
  const other = await desk.newPage();
  await logIn(other, people.callLogicAdmin);
  await other.goto('/products');
  await expect(other.getByRole('table')).toContainText('Medicare Calls');
  await expect(other.getByRole('table')).not.toContainText('Debt Relief');
  await desk.close();
});

test('who may only look finds nothing to press', async ({ page, rest, health }) => {
  health.forgive(/403/);
  await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'seen' },
  });
  await logIn(page, people.qa);
  await page.goto(`/products/${debtRelief.id}/tracking`);
  const list = new RuleList(page);
  await expect(list.row('seen')).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Add Rule' })).toHaveCount(0);
  await expect(list.rows.getByRole('button')).toHaveCount(0);
  await page.goto(`/products/${debtRelief.id}/tracking/new`);
  await expect(new RuleForm(page).saveButton).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Not for you to change' })).toBeVisible();
});
