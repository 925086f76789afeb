// Writing the message: the rule in words, placeholders at the cursor, texts of other systems, length.
import { blueTraffic, channels, people } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking, RuleForm } from '../support/rule-form.ts';

test('one line sums the rule up while it is being made', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  const preview = form.dialog.getByRole('complementary', { name: 'Preview' });
  await expect(preview).toContainText('When a lead of Debt Relief is sold, post to …');
  await form.pick('Publisher', blueTraffic.name);
  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.toChannel(channels.sales);
  await expect(preview).toContainText(`When a lead of Debt Relief is sold by Blue Traffic for 10–50, post to ${channels.sales}.`);
});

test('a changed trigger says what it dropped, and why a rejected lead has no price', async ({ page }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.pick('Publisher', blueTraffic.name);
  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.dialog.getByRole('button', { name: 'Back' }).click();
  await form.start('[LMS] Lead Rejected');
  await expect(form.dialog.getByRole('status').first()).toContainText('Price Restrictions does not apply to [LMS] Lead Rejected');
  await expect(form.dialog.getByRole('button', { name: 'Remove Blue Traffic' })).toBeVisible();
  await expect(form.dialog).toContainText('has no price');
  await expect(form.field('Price Restrictions')).toHaveCount(0);
});

test('placeholders are found and written at the cursor, without a mouse', async ({ page }) => {
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  await hydrated(page);
  const form = new RuleForm(page);
  const text = form.field('Message Text');
  await text.fill('Sold to !');
  await text.press('ArrowLeft');
  await form.dialog.getByText('Placeholders', { exact: true }).click();
  const search = form.field('Search placeholders');
  await search.fill('buyer na');
  await expect(form.dialog.getByRole('button', { name: /^\{\{/ })).toHaveText(['{{buyer_name}}']);
  await search.press('Enter');
  await expect(text).toHaveValue('Sold to {{buyer_name}}!');
  await expect(text).toBeFocused();
  await expect(form.dialog).toBeVisible();
  await form.dialog.getByText('Formatting', { exact: true }).click();
  await expect(form.dialog.getByText('An amount with its currency')).toBeVisible();
});

test('a text of another system is converted, and what is not known is told', async ({ page }) => {
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  await hydrated(page);
  const form = new RuleForm(page);
  const convert = form.dialog.getByRole('button', { name: 'Convert {name} and [name]' });
  await expect(convert).toHaveCount(0);
  await form.field('Message Text').fill('Lead {lead_id} of [affiliate], {frobnicate} {{price|money}}');
  await convert.click();
  await expect(form.field('Message Text')).toHaveValue('Lead {{lead_id}} of {{publisher_id}}, {frobnicate} {{price|money}}');
  await expect(form.dialog.getByText('{frobnicate} stays')).toBeVisible();
  await expect(convert).toHaveCount(0);
  await expect(form.dialog.getByRole('complementary', { name: 'Preview' })).toContainText('$');
});

test('times stand in the zone that is asked for, and the length beside its limit', async ({ page }) => {
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  await hydrated(page);
  const form = new RuleForm(page);
  const preview = form.dialog.getByRole('complementary', { name: 'Preview' });
  await form.field('Message Text').fill('{{event_time|time:"America/New_York"}}');
  await expect(preview).toContainText(/\d{1,2} \w{3} \d{4}, \d{2}:\d{2} E[SD]T/);
  await expect(preview).toContainText('of 4,000 characters');
  await form.field('Message Text').fill('{{event_time|time:"America/New_Yrok"}}');
  await expect(preview).toContainText('Did you mean "America/New_York"?');
  await form.field('Message Text').fill('{{log_url}}'.repeat(330));
  await expect(preview).toContainText('will be cut');
});
