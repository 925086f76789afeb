// "Why was nothing sent?", from the first page on: an account manager and a publisher find out, and mend the rule.
import { type Locator, type Page } from '@playwright/test';
import { blueTraffic, channels, debtRelief, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';

test.setTimeout(180_000);

const action = (text: string) => ({
  type: 'send_slack_message' as const,
  auth_token: tokens.bot,
  target: { channel_id: channels.sales },
  text,
});

/** Counts what a person does with the mouse. */
class Clicks {
  count = 0;

  async on(place: Locator): Promise<void> {
    this.count += 1;
    await place.click();
  }
}

async function firstPage(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Dashboard', level: 1 })).toBeVisible();
}

/** From the dashboard to what kept an event out. */
async function findOut(page: Page, id: string, reason: string): Promise<void> {
  await firstPage(page);
  const clicks = new Clicks();
  await page.getByLabel('Why was I (not) told?', { exact: false }).fill(id);
  await clicks.on(page.getByRole('button', { name: 'Find' }));
  await clicks.on(page.getByRole('link', { name: 'No rule fired' }).first());
  await expect(page.getByText(reason, { exact: false })).toBeVisible();
  expect(clicks.count, 'clicks from the dashboard to the reason').toBeLessThan(5);
}

/** Backtests the rule, lowers its price and sees that the next event is told. */
async function mend(page: Page, tracking: string, rule: string): Promise<void> {
  await page.goto(`${tracking}/${rule}/health`);
  await expect(page.getByText('It has never fired since it was made', { exact: false })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'The nearest miss' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: 'Backtest' }).last().click();
  await page.getByRole('button', { name: /backtest/i }).click();
  await expect(page.getByRole('heading', { name: 'What would have happened' })).toBeVisible({ timeout: 20_000 });
  await page.goto(`${tracking}/${rule}/health`);
  await page.getByRole('link', { name: 'Change the filters' }).click();
  await hydrated(page);
  await page.getByLabel('Price Restriction Value').fill('10');
  await page.getByRole('button', { name: 'Save Rule' }).click();
  await expect(page.getByText(/is saved/)).toBeVisible();
}

// Several pages are looked at in eight shapes each.
test.setTimeout(180_000);

test('an account manager finds out why an event sent nothing, tries another filter and changes it', async ({ page, rest, sandbox }) => {
  const { id } = await rest.addRule({
    level: 'product',
    entity_id: debtRelief.id,
    trigger: 'lms.lead_sold',
    filters: { price: { op: 'gt', value: '99999' } },
    action: action('Sold {{lead_id}}'),
  });
  const event = leadSold(4711);
  await rest.post(event);
  await logIn(page, people.admin);
  await firstPage(page);
  await examine(page, 'dashboard');
  await findOut(page, event.event_id, 'Price is greater than 99999.00: was 42.5');
  await page.goto(`/products/${debtRelief.id}/tracking/${id}/health`);
  await expect(page.getByText('Price is greater than 99999.00: was 42.5', { exact: false })).toBeVisible();
  await examine(page, 'rule-health-silent');
  await mend(page, `/products/${debtRelief.id}/tracking`, id);
  await rest.post(leadSold(4712));
  await sandbox.toHold(channels.sales, ['Sold 4712']);
  await page.goto(`/products/${debtRelief.id}/tracking/${id}/health`);
  await expect(page.getByText('once in seven days')).toBeVisible();
  await examine(page, 'rule-health');
  await page.goto('/');
  await expect(page.getByRole('img', { name: 'Messages each hour' })).toBeVisible();
  await examine(page, 'dashboard-used');
});

test('a publisher does the same with his own, and sees nothing else', async ({ page, rest, sandbox }) => {
  const { id } = await rest.addRule({
    level: 'publisher',
    entity_id: blueTraffic.id,
    trigger: 'lms.lead_sold',
    filters: { price: { op: 'gt', value: '99999' } },
    action: action('Earned with {{lead_id}}'),
  });
  await rest.addRule({ level: 'product', entity_id: debtRelief.id, trigger: 'lms.lead_sold', name: 'Secret of the house', action: action('House {{lead_id}}') });
  const money = { currency: 'USD', price: '876.54', total: '876.54', publisher_earning: '30.00' };
  const event = leadSold(4711, { money, buyer: { id: 402, name: 'Acme Lending' } });
  await rest.post(event);
  await sandbox.toHold(channels.sales, ['House 4711']);
  await logIn(page, people.publisher);
  const hidden = ['Acme', 'Campaign', 'Pingtree', 'Buyer', '876.54', 'Secret of the house', 'North Leads'];
  const tellsNothing = async () => {
    for (const word of hidden) await expect(page.locator('main')).not.toContainText(word);
  };
  await firstPage(page);
  await tellsNothing();
  // The house's message is none of his.
  await expect(page.getByText('No rule fired in the last 24 hours', { exact: false })).toBeVisible();
  await examine(page, 'dashboard-publisher');
  await findOut(page, event.event_id, 'Price is greater than 99999.00: was 30');
  await tellsNothing();
  await page.goto(`/profile/tracking/${id}/health`);
  await tellsNothing();
  await examine(page, 'rule-health-publisher');
  await mend(page, '/profile/tracking', id);
  await rest.post(leadSold(4712, { money }));
  await sandbox.toHold(channels.sales, ['House 4711', 'House 4712', 'Earned with 4712']);
  await page.goto('/');
  await tellsNothing();
  await expect(page.getByRole('main').getByRole('link', { name: /^\d+$|Rule \d+|\d+ · / }).first()).toBeVisible();
});
