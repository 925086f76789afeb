// The story of the first working Leadbell: a rule made in the browser sends a Slack message when its event arrives.
import { blueTraffic, channels, debtRelief, northLeads, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { RuleList } from '../support/rule-form.ts';
import { openChannel, shownMessages } from '../support/sandbox.ts';

test('an account manager adds a rule for a product, and its events arrive in Slack', async ({
  page,
  context,
  rest,
  sandbox,
}) => {
  await logIn(page, people.admin);
  await hydrated(page);
  await page.getByRole('link', { name: 'Products' }).click();
  await page.getByRole('link', { name: debtRelief.name, exact: true }).click();
  await page.getByRole('link', { name: 'Tracking', exact: true }).click();
  await expect(page).toHaveTitle('Debt Relief · Tracking · Leadbell');
  await expect(page.getByText('No rules yet')).toBeVisible();
  await hydrated(page);

  const list = new RuleList(page);
  const form = await list.addRule();
  await expect(page).toHaveURL(/\/products\/218\/tracking\/new$/);
  await form.start('[LMS] Lead Sold');
  await expect(page).toHaveURL(/step=2/);
  for (const label of ['Method', 'Publisher', 'Channel', 'Source', 'Buyer', 'Campaign', 'Pingtree', 'Price Restrictions']) {
    await expect(form.field(label)).toBeVisible();
  }
  await expect(form.dialog.getByRole('heading', { name: 'Trigger Settings' })).toBeVisible();
  await expect(form.dialog.getByRole('heading', { name: 'Action Settings / Send Slack Message' })).toBeVisible();
  await form.pick('Publisher', blueTraffic.name);
  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.sales);
  await expect(form.field('Slack Member ID')).toBeHidden();
  await form.field('Message Text').fill('Lead {{lead_id}} sold for {{price|money}} by {{publisher_name}}');
  await expect(form.dialog.getByRole('complementary', { name: 'Preview' })).toContainText('by Blue Traffic');
  await form.save();

  await test.step('the list shows all eight columns', async () => {
    await expect(page).toHaveURL(/\/products\/218\/tracking$/);
    const row = list.row('C0SALES01');
    await expect(row).toHaveCount(1);
    expect((await list.table.getByRole('columnheader').allTextContents()).slice(0, 8)).toEqual([
      'ID',
      'Trigger',
      'Trigger Settings',
      'Action',
      'Action Settings',
      'Status',
      'Created At',
      'Author',
    ]);
    await expect(await list.cell(row, 'ID')).toHaveText(/^\d+$/);
    await expect(await list.cell(row, 'Trigger')).toContainText(/LMS\s*Lead Sold/);
    await expect(await list.cell(row, 'Trigger Settings')).toContainText('Publisher is Blue Traffic');
    await expect(await list.cell(row, 'Trigger Settings')).toContainText('Price 10.00 – 50.00');
    await expect(await list.cell(row, 'Action')).toHaveText('Send Slack Message');
    await expect(await list.cell(row, 'Action Settings')).toContainText('Lead {{lead_id}} sold');
    await expect(await list.cell(row, 'Status')).toHaveText('Active');
    await expect((await list.cell(row, 'Created At')).locator('time')).toHaveAttribute('title', /2\d{3}/);
    await expect(await list.cell(row, 'Author')).toHaveText('Ann Kim');
    await expect(page.locator('body'), 'no token on the page').not.toContainText(tokens.bot);
    expect(await page.content()).not.toContain(tokens.bot);
  });

  const slack = await context.newPage();
  await openChannel(slack, sandbox, channels.sales);
  const shown = shownMessages(slack, channels.sales);

  const sold = leadSold(90418277);
  await test.step('an event at 42.50 is in the channel within a second', async () => {
    await rest.post(sold);
    await expect(shown).toHaveText(['Lead 90418277 sold for $42.50 by Blue Traffic'], { timeout: 1_000 });
  });

  await test.step('what the filters exclude, and what was told before, sends nothing', async () => {
    const dear = leadSold(2, { money: { currency: 'USD', price: '51' } });
    const other = leadSold(3, { publisher: { id: Number(northLeads.id), name: northLeads.name } });
    await rest.post(dear);
    await rest.post(other);
    expect(await rest.postAll([sold])).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(await rest.verdicts(dear.event_id)).toMatchObject([{ verdict: 'filtered', filter: 'price' }]);
    expect(await rest.verdicts(other.event_id)).toMatchObject([{ verdict: 'filtered', filter: 'publisher' }]);
    // The bounds themselves are inside. Once their messages are there, an earlier one would be, too.
    await rest.post(leadSold(4, { money: { currency: 'USD', price: '10.00' } }));
    await rest.post(leadSold(5, { money: { currency: 'USD', price: '50' } }));
    await expect(shown).toHaveText([
      'Lead 90418277 sold for $42.50 by Blue Traffic',
      'Lead 4 sold for $10.00 by Blue Traffic',
      'Lead 5 sold for $50.00 by Blue Traffic',
    ]);
    expect(await sandbox.texts(channels.sales)).toHaveLength(3);
  });
});

test('a rule without filters fires for every event of its trigger in its scope, and only there', async ({
  page,
  rest,
  sandbox,
}) => {
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking');
  await hydrated(page);
  const list = new RuleList(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('{{lead_id}}');
  await form.save();
  await expect(list.row('Every event')).toHaveCount(1);

  await rest.post(leadSold(1, { publisher: undefined, money: {} }));
  await rest.post(leadSold(2, { product: { id: 224, name: 'Home Solar' } }));
  await rest.post(leadSold(3, { trigger: 'lms.lead_rejected' }));
  await rest.post(leadSold(4, { money: { currency: 'USD', price: '9999' } }));
  await sandbox.toHold(channels.sales, ['1', '4']);
});
