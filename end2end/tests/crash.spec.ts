// A power cut in the middle: what was accepted is sent after the start, and nothing twice.
import { channels, tokens } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, test } from '../support/fixtures.ts';
import { Leadbell } from '../support/leadbell.ts';
import { Rest } from '../support/rest.ts';

const EVENTS = 15;

test('after kill -9 in the middle of 15 queued messages, all arrive and none twice', async ({ sandbox }, info) => {
  // Slack outlives the crash: it is the sandbox of another Leadbell.
  const leadbell = await Leadbell.demo(info.parallelIndex);
  try {
    await leadbell.stop();
    await leadbell.start({ command: 'serve', sandbox: sandbox.url });
    const rest = new Rest(leadbell.url);
    await rest.addRule({
      level: 'product',
      entity_id: '218',
      trigger: 'lms.lead_sold',
      action: {
        type: 'send_slack_message',
        auth_token: tokens.bot,
        target: { channel_id: channels.sales },
        text: 'Lead {{lead_id}}',
        // Each is looked for; a summary would hide some.
        sending: { bursts: 'every' },
      },
    });
    const leads = Array.from({ length: EVENTS }, (_, at) => at + 1);
    expect(await rest.postAll(leads.map((lead) => leadSold(lead)))).toMatchObject({ accepted: EVENTS });

    // One message a second and channel: right after one was sent and recorded, none is under way for a while.
    let sent = await count(rest, 'sent');
    for (let before = sent; sent < 6 || sent === before; ) {
      before = sent;
      sent = await count(rest, 'sent');
    }
    await leadbell.kill();
    const arrived = await sandbox.texts(channels.sales);
    expect(arrived.length).toBeLessThan(EVENTS);
    expect(arrived).toHaveLength(sent);

    await leadbell.start({ command: 'serve', sandbox: sandbox.url });
    const wanted = leads.map((lead) => `Lead ${lead}`);
    await sandbox.toHold(channels.sales, wanted, 30_000);
    await expect.poll(() => count(rest, 'sent')).toBe(EVENTS);
    expect(await sandbox.texts(channels.sales), 'in the order of the events').toEqual(wanted);
  } finally {
    await leadbell.end();
  }
});

async function count(rest: Rest, status: string): Promise<number> {
  return (await rest.deliveries()).filter((delivery) => delivery.status === status).length;
}
