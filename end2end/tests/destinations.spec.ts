// Where messages go: a person, and a public channel the app has yet to join.
import { channels, members, people, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, hydrated, logIn, test } from '../support/fixtures.ts';
import { openTracking } from '../support/rule-form.ts';
import { openChannel, shownMessages } from '../support/sandbox.ts';

test('a message to a Member ID arrives as a direct message', async ({ page, context, rest, sandbox }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.toMember(members.ben);
  await expect(form.field('Slack Channel ID')).toBeHidden();
  await form.field('Message Text').fill('Well sold: {{lead_id}}');
  await form.save();
  await expect(await list.cell(list.row('Well sold'), 'Action Settings')).toContainText(members.ben);

  await rest.post(leadSold(11));
  await expect.poll(() => sandbox.messages().then((all) => all.map((message) => message.text))).toEqual(['Well sold: 11']);
  const [message] = await sandbox.messages();
  const conversation = (await sandbox.conversations()).find(({ id }) => id === message?.channel);
  expect(conversation).toMatchObject({ kind: 'direct' });
  expect(conversation?.members).toContain(members.ben);
  const methods = (await sandbox.calls()).map((call) => call.method).filter((method) => method !== 'auth.test');
  expect(methods).toEqual(['conversations.open', 'chat.postMessage']);

  const slack = await context.newPage();
  await openChannel(slack, sandbox, message?.channel ?? '');
  await expect(shownMessages(slack, message?.channel ?? '')).toHaveText(['Well sold: 11']);
  await expect(slack.getByRole('navigation')).toContainText('Ben Ruiz');
});

test('a public channel that demands membership is joined first', async ({ page, rest, sandbox }) => {
  await logIn(page, people.admin);
  const list = await openTracking(page);
  await hydrated(page);
  const form = await list.addRule();
  await form.start('[LMS] Lead Sold');
  await form.field('Auth Token').fill(tokens.joining);
  await form.toChannel(channels.rejects);
  await form.field('Message Text').fill('Joined for {{lead_id}}');
  await form.save();

  await rest.post(leadSold(12));
  await sandbox.toHold(channels.rejects, ['Joined for 12']);
  const methods = (await sandbox.calls()).map((call) => call.method).filter((method) => method !== 'auth.test');
  expect(methods).toContain('conversations.join');
  expect(methods.at(-1)).toBe('chat.postMessage');

  // A member by now: the next message needs no more.
  await rest.post(leadSold(13));
  await sandbox.toHold(channels.rejects, ['Joined for 12', 'Joined for 13']);
  const joins = (await sandbox.calls()).filter((call) => call.method === 'conversations.join');
  expect(joins).toHaveLength(1);
});
