// Disabling, enabling, editing and deleting a rule: the next event obeys.
import { channels, people } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking } from '../support/rule-form.ts';

test('the next event obeys what was done to a rule', async ({ page, rest, sandbox }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.toChannel(channels.sales);
  await form.field('Message Text').fill('first {{lead_id}}');
  await form.save();
  const row = list.row('{{lead_id}}');
  const status = await list.cell(row, 'Status');

  await rest.post(leadSold(1));
  await sandbox.toHold(channels.sales, ['first 1']);

  await row.getByRole('button', { name: /^Disable/ }).click();
  await expect(status).toHaveText('Disabled');
  const unheard = leadSold(2);
  await rest.post(unheard);
  expect(await rest.verdicts(unheard.event_id)).toMatchObject([{ verdict: 'disabled' }]);

  await row.getByRole('button', { name: /^Enable/ }).click();
  await expect(status).toHaveText('Active');
  await rest.post(leadSold(3));
  await sandbox.toHold(channels.sales, ['first 1', 'first 3']);

  const edit = await list.edit(row);
  await expect(edit.field('Message Text')).toHaveValue('first {{lead_id}}');
  await expect(edit.field('Slack Channel ID')).toHaveValue(channels.sales);
  await edit.field('Message Text').fill('second {{lead_id}}');
  await edit.save();
  await rest.post(leadSold(4));
  await sandbox.toHold(channels.sales, ['first 1', 'first 3', 'second 4']);

  await row.getByRole('button', { name: /^Delete/ }).click();
  const question = page.getByRole('dialog', { name: 'Delete this rule?' });
  await question.getByRole('link', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  await expect(row).toHaveCount(1);
  await row.getByRole('button', { name: /^Delete/ }).click();
  await question.getByRole('button', { name: 'Delete Rule' }).click();
  await expect(question).toBeHidden();
  await expect(page.getByText('No rules yet')).toBeVisible();
  const late = leadSold(5);
  await rest.post(late);
  expect(await rest.verdicts(late.event_id)).toEqual([]);
  expect(await sandbox.texts(channels.sales)).toHaveLength(3);
});

test('two people edit one rule: the later compares instead of overwriting', async ({ page, context, rest, health }) => {
  health.forgive(/409/);
  await logIn(page, people.admin);
  await rest.addRule({
    level: 'product',
    entity_id: '218',
    trigger: 'lms.lead_sold',
    action: { type: 'send_slack_message', auth_token: 'xoxb-sandbox-leadbell-full-0001', target: { channel_id: channels.sales }, text: 'as it was' },
  });
  const list = await openTracking(page);
  await hydrated(page);
  const mine = await list.edit(list.row('as it was'));

  const other = await context.newPage();
  const theirs = await openTracking(other);
  await hydrated(other);
  const faster = await theirs.edit(theirs.row('as it was'));
  await faster.field('Message Text').fill('theirs');
  await faster.save();

  await mine.field('Message Text').fill('mine');
  await mine.saveButton.click();
  await expect(page.getByRole('alert')).toContainText('was changed in the meantime');
  await expect(page.getByText('theirs').first()).toBeVisible();
  expect((await rest.rules('product', '218')).map((rule) => rule.action.text)).toEqual(['theirs']);
  await page.getByRole('button', { name: 'Go on editing mine' }).click();
  await hydrated(page);
  await expect(mine.field('Message Text')).toHaveValue('mine');
  await mine.save();
  expect((await rest.rules('product', '218')).map((rule) => rule.action.text)).toEqual(['mine']);
});
