// Every page and both steps of the pop-up: accessible in light and dark, whole on a phone, with pictures to look at.
import { channels, people, tokens } from '../support/demo.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { examine } from '../support/look.ts';
import { openTracking, RuleForm } from '../support/rule-form.ts';
import { leadSold } from '../support/events.ts';

// Each examines one page in eight shapes.
test.setTimeout(120_000);

test('login', async ({ page, health }) => {
  health.forgive(/422/);
  await page.goto('/login');
  await hydrated(page);
  await examine(page, 'login');
  await page.getByLabel('E-mail').fill('nobody@leadbell.example');
  await page.getByLabel('Password').fill('wrong');
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await examine(page, 'login-refused');
});

const pages = [
  ['products', '/products'],
  ['products-found-none', '/products?q=nothing-like-it'],
  ['campaigns', '/campaigns'],
  ['publishers', '/publishers'],
  ['overview', '/products/218'],
  ['tracking-empty', '/products/218/tracking'],
  ['tracking', '/products/219/tracking'],
  ['tracking-campaign', '/campaigns/8807/tracking'],
  ['slack-help', '/help/slack'],
] as const;

for (const [name, path] of pages) {
  test(name, async ({ page }) => {
    await logIn(page, people.admin);
    await page.goto(path);
    await hydrated(page);
    await examine(page, name);
  });
}

test('a page that is not there', async ({ page, health }) => {
  health.forgive(/404/);
  await logIn(page, people.admin);
  await page.goto('/no/such/page');
  await hydrated(page);
  await examine(page, 'missing');
});

test("a publisher's own page", async ({ page }) => {
  await logIn(page, people.publisher);
  await page.goto('/profile/tracking');
  await hydrated(page);
  await examine(page, 'profile-tracking');
});

test('a long list of rules', async ({ page, rest }) => {
  for (const [trigger, filters, target, text, status] of [
    ['lms.lead_sold', { publisher: { any_of: ['1044'] }, price: { op: 'between', min: '10', max: '50' } }, { channel_id: channels.sales }, 'Lead {{lead_id}} sold for {{price|money}} by {{publisher_name}} to {{campaign_name}}', 'active'],
    ['lms.lead_rejected', { source: { none_of: ['77120', '77121', '77122', '77300'] }, method: { any_of: ['POST'] } }, { channel_id: channels.rejects }, 'Rejected: {{lead_id}} {{reject_code}}', 'disabled'],
    ['lms.publisher_earning_received', {}, { member_id: 'U0BENRUIZ' }, ':moneybag: {{publisher_name}} earned {{price|money}} with lead {{lead_id}} from {{source_name}}, in the channel {{channel_name}}, which is worth knowing', 'active'],
    ['lms.campaign_rejected', { buyer: { any_of: ['402', '417'] }, pingtree: { any_of: ['31'] }, price: { op: 'gt', value: '100' } }, { channel_id: channels.sales }, '{{campaign_name}} said no to {{lead_id}}', 'active'],
  ] as const) {
    await rest.addRule({
      level: 'product',
      entity_id: '218',
      name: trigger.includes('sold') ? 'Good sales of Blue Traffic' : '',
      trigger,
      filters,
      action: { type: 'send_slack_message', auth_token: tokens.bot, target, text },
      status,
    });
  }
  await logIn(page, people.admin);
  await openTracking(page);
  await hydrated(page);
  await examine(page, 'tracking-many');
});

test('the pop-up: both steps, complaints, an open list, and the question before deleting', async ({ page, rest }) => {
  test.setTimeout(240_000);
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: tokens.bot, target: { channel_id: channels.sales }, text: 'Lead {{lead_id}}' },
  });
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await examine(page, 'add-rule-1');
  await form.start('[LMS] Lead Sold');
  await examine(page, 'add-rule-2-empty');
  await form.pick('Publisher', 'Blue Traffic');
  await form.pick('Publisher', 'North Leads');
  await form.price('Price range inclusive', { min: '10', max: '50' });
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill(':tada: Lead *{{lead_id}}* sold for {{price|money}} to {{campaign_name}}\n<https://crm.example.com/leads/{{lead_id}}|Open in CRM>');
  await examine(page, 'add-rule-2');
  await form.dialog.getByText('Placeholders', { exact: true }).click();
  await examine(page, 'add-rule-2-placeholders');
  await form.field('Channel').click();
  await expect(form.offered.first()).toBeVisible();
  await examine(page, 'add-rule-2-open-list');
  await form.field('Channel').press('Escape');
  await form.price('Price range inclusive', { min: '60', max: '50' });
  await form.toChannel('#sales');
  await form.field('Message Text').fill('{{leed_id}}');
  await form.refused({ 'Message Text': /./ });
  await examine(page, 'add-rule-2-refused');
  await page.goto('/products/218/tracking');
  await hydrated(page);
  await list.row('Lead {{lead_id}}').getByRole('button', { name: /^Delete/ }).click();
  await expect(page.getByRole('dialog', { name: 'Delete this rule?' })).toBeVisible();
  await examine(page, 'delete-rule');
});

test('the login in the middle of a form', async ({ page, context, health }) => {
  health.forgive(/401/);
  await logIn(page, people.admin);
  await page.goto('/products/218/tracking/new?step=2&trigger=lms.lead_sold');
  await hydrated(page);
  const form = new RuleForm(page);
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('Lead {{lead_id}}');
  await context.clearCookies();
  await form.saveButton.click();
  await expect(page.getByRole('dialog', { name: 'Your session has ended' })).toBeVisible();
  await examine(page, 'relogin');
});

test('the sandbox', async ({ page, rest, sandbox }) => {
  await rest.post(leadSold(90418277, { product: { id: 219, name: 'Personal Loans' }, money: { currency: 'USD', price: '142.50' } }));
  await sandbox.toHold(channels.sales, [':moneybag: *Personal Loans* lead 90418277 sold for $142.50 by Blue Traffic']);
  await page.goto(`${sandbox.url}/#${channels.sales}`);
  await expect(page.locator('#live')).toContainText('Live');
  await examine(page, 'sandbox');
});
