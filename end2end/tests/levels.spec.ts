// Rules on products, campaigns and publishers: each level with its own triggers and filters.
import {
  acmeCa,
  autoCalls,
  blueTraffic,
  channels,
  debtRelief,
  people,
  shieldTx,
  tokens,
  triggersOf,
} from '../support/demo.ts';
import { buyerResponse, campaignSold, earning } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking } from '../support/rule-form.ts';

const offered = [
  { of: `products/${debtRelief.id}`, name: 'an LMS product', triggers: triggersOf.product.lms },
  { of: `products/${autoCalls.id}`, name: 'a Call Logic product', triggers: triggersOf.product.callLogic },
  { of: `campaigns/${acmeCa.id}`, name: 'an LMS campaign', triggers: triggersOf.campaign.lms },
  { of: `campaigns/${shieldTx.id}`, name: 'a Call Logic campaign', triggers: triggersOf.campaign.callLogic },
  { of: `publishers/${blueTraffic.id}`, name: 'a publisher', triggers: triggersOf.publisher },
];

test('each level offers exactly its own triggers', async ({ page }) => {
  await logIn(page, people.admin);
  for (const { of, name, triggers } of offered) {
    await test.step(name, async () => {
      const form = await (await openTracking(page, of)).addRule();
      const labels = await form.dialog
        .getByRole('radiogroup', { name: 'Trigger' })
        .getByRole('radio')
        .evaluateAll((radios) => radios.map((radio) => radio.getAttribute('aria-label')));
      expect(labels).toEqual(triggers);
    });
  }
});

test('a campaign sends its own sales', async ({ page, rest, sandbox }) => {
  await logIn(page, people.admin);
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByRole('link', { name: 'Acme National', exact: true }).click();
  await page.getByRole('link', { name: 'Tracking', exact: true }).click();
  const list = await openTracking(page, 'campaigns/8808');
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Campaign Sold');
  // What the level fixes is no choice.
  await expect(form.field('Buyer')).toHaveCount(0);
  await expect(form.field('Campaign')).toHaveCount(0);
  await form.price('Price is greater than or equal to a certain value', { value: '40' });
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('{{campaign_name}} bought {{lead_id}} at {{price|money}}');
  await form.save();

  const national = { campaign: { id: 8808, name: 'Acme National' } };
  await rest.post(campaignSold(1, national));
  await rest.post(campaignSold(2, { ...national, money: { currency: 'USD', price: '39.99' } }));
  await rest.post(campaignSold(3, { campaign: { id: 8820, name: 'Summit Settlement' } }));
  await rest.post(campaignSold(4, { ...national, money: { currency: 'USD', price: '40' } }));
  await sandbox.toHold(channels.sales, ['Acme National bought 1 at $42.50', 'Acme National bought 4 at $40.00']);
});

test('a campaign of Call Logic tells who answered', async ({ page, rest, sandbox }) => {
  await logIn(page, people.callLogicAdmin);
  const list = await openTracking(page, `campaigns/${shieldTx.id}`);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[Call Logic] Buyer Response');
  await expect(form.field('Method')).toHaveCount(0);
  await form.toChannel(channels.rejects);
  await form.field('Message Text').fill('{{buyer_name}} answered after {{ring_seconds}} s');
  await form.save();
  await rest.post(buyerResponse(7));
  await sandbox.toHold(channels.rejects, ['Shield Auto answered after 12 s']);
});

test('a publisher hears of his own earnings, never of the price', async ({ page, rest, sandbox }) => {
  await logIn(page, people.publisherAgent);
  const list = await openTracking(page, `publishers/${blueTraffic.id}`);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Publisher Earning Received');
  for (const label of ['Publisher', 'Buyer', 'Campaign', 'Pingtree']) await expect(form.field(label)).toHaveCount(0);
  for (const label of ['Method', 'Channel', 'Source', 'Price Restrictions']) await expect(form.field(label)).toBeVisible();
  await form.price('Price is greater than a certain value', { value: '20' });
  await form.field('Auth Token').fill(tokens.bot);
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('Earned {{price|money}} with {{lead_id}}');
  await form.save();
  await rest.post(earning(1, '20.00'));
  await rest.post(earning(2, '20.01'));
  await sandbox.toHold(channels.sales, ['Earned $20.01 with 2']);
});
