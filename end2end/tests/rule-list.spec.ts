// The list of rules: what narrows and sorts it, what a row tells, and picks for many at once.
import { blueTraffic, channels, members, people, tokens } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking } from '../support/rule-form.ts';
import type { Rest } from '../support/rest.ts';

async function add(rest: Rest, change: Record<string, unknown>, target: Record<string, string> = { channel_id: channels.sales }) {
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target, text: 'Lead {{lead_id}}' },
    ...change,
  });
}

test('the list is narrowed and sorted, and its address says how', async ({ page, rest }) => {
  await add(rest, { name: 'Zebra', note: 'Ask Kim first' });
  await add(rest, { name: 'Ant', filters: { publisher: { any_of: [blueTraffic.id] } } });
  await add(rest, { name: 'Mole' }, { member_id: members.ann });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const names = () => list.rows.evaluateAll((rows) => rows.map((row) => row.textContent?.match(/Zebra|Ant|Mole/)?.[0]));
  expect(await names()).toEqual(['Mole', 'Ant', 'Zebra']);
  await expect(list.row('Zebra')).toContainText('Ask Kim first');

  await page.getByLabel('Order').selectOption({ label: 'By name' });
  await expect(page).toHaveURL(/sort=name/);
  await expect.poll(names).toEqual(['Ant', 'Mole', 'Zebra']);
  await page.getByLabel('Destination', { exact: true }).selectOption({ label: `@ ${members.ann}` });
  await expect(page).toHaveURL(new RegExp(`to=${members.ann}`));
  await expect.poll(names).toEqual(['Mole']);
  await page.reload();
  await expect(page.getByLabel('Order')).toHaveValue('name');
  await expect.poll(names).toEqual(['Mole']);
  await page.getByLabel('Destination', { exact: true }).selectOption({ label: 'All destinations' });
  await page.getByLabel('Author').selectOption({ label: 'API' });
  await expect.poll(names).toEqual(['Ant', 'Mole', 'Zebra']);
});

test('what is picked is shown, and forgotten when other rules come', async ({ page, rest }) => {
  for (const name of ['One', 'Two', 'Three']) await add(rest, { name });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const bar = page.getByRole('group', { name: 'Do with the selected rules' });
  await expect(bar).toBeHidden();
  await list.row('Two').getByRole('checkbox', { name: /^Select rule/ }).check();
  await expect(bar.getByRole('button')).toHaveText(['Enable', 'Disable', 'Copy', 'Delete']);
  await page.getByLabel('Select all on this page').check();
  await expect(list.table.getByRole('checkbox', { checked: true })).toHaveCount(3);
  await page.getByRole('searchbox', { name: 'Search rules' }).fill('Three');
  await expect(list.rows).toHaveCount(1);
  await expect(list.table.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await expect(bar).toBeHidden();
});

test('many rules are disabled at once, without a script too', async ({ browser, leadbell, rest }) => {
  for (const name of ['One', 'Two', 'Three']) await add(rest, { name });
  const context = await browser.newContext({ baseURL: leadbell.url, javaScriptEnabled: false });
  const page = await context.newPage();
  await logIn(page, people.admin);
  const list = await openTracking(page);
  for (const name of ['One', 'Three']) await list.row(name).getByRole('checkbox', { name: /^Select rule/ }).check();
  await page.getByRole('group', { name: 'Do with the selected rules' }).getByRole('button', { name: 'Disable' }).click();
  await expect(page.getByRole('status').first()).toContainText('2');
  for (const [name, status] of [['One', 'Disabled'], ['Two', 'Active'], ['Three', 'Disabled']] as const) {
    await expect(await list.cell(list.row(name), 'Status')).toHaveText(status);
  }
  await context.close();
});

test('the pages about a rule are behind its menu, by keyboard too', async ({ page, rest }) => {
  await add(rest, { name: 'One' });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const menu = list.row('One').locator('summary');
  await menu.focus();
  await page.keyboard.press('Enter');
  const pages = ['Sending', 'Layout', 'Copy', 'Check destination', 'Test Run', 'Health', 'Backtest', 'History', 'Adjacent rules'];
  for (const label of pages) {
    await page.keyboard.press('Tab');
    await expect(list.row('One').getByRole('link', { name: new RegExp(`^${label} of rule`) })).toBeFocused();
  }
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/history$/);
});

test('a publisher sees neither who made his rules nor what is adjacent', async ({ page, rest }) => {
  await rest.addRule({
    level: 'publisher',
    entity_id: blueTraffic.id,
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.blue }, text: 'Yours' },
  });
  await logIn(page, people.publisher);
  const list = await openTracking(page, 'profile');
  await hydrated(page);
  const headings = await list.table.getByRole('columnheader').allTextContents();
  expect(headings).not.toContain('Author');
  expect(headings).not.toContain('Adjacent Rules');
  await expect(page.getByLabel('Author')).toHaveCount(0);
  const row = list.row('Yours');
  await row.locator('summary').click();
  await expect(row.getByRole('link', { name: /^(Copy|History) of rule/ })).toHaveCount(2);
  await expect(row.getByRole('link', { name: /^Adjacent/ })).toHaveCount(0);
});

test('390 pixels are enough', async ({ page, rest }) => {
  await add(rest, { name: 'One', note: 'A note of some length that has to wrap somewhere on a phone', filters: { publisher: { any_of: ['1044', '1051'] } } });
  await page.setViewportSize({ width: 390, height: 844 });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  await list.row('One').getByRole('checkbox', { name: /^Select rule/ }).check();
  await list.row('One').locator('summary').click();
  const last = list.row('One').getByRole('link', { name: /^Adjacent rules of rule/ });
  await last.scrollIntoViewIfNeeded();
  await expect(last).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
