// Bad input at the interface: every event answered for itself, and the server lives on.
import { request } from 'node:http';
import { API_KEY } from '../support/demo.ts';
import { leadSold } from '../support/events.ts';
import { expect, test } from '../support/fixtures.ts';

test('each bad event of a batch is told by index and field, and the good one is taken', async ({ rest }) => {
  const good = leadSold(1);
  const answer = await rest.postAll([
    leadSold(2, { product: undefined }),
    good,
    leadSold(3, { money: { currency: 'USD', price: 42.5 } }),
    leadSold(4, { trigger: 'lms.lead_lost' }),
  ]);
  expect(answer.accepted).toBe(1);
  expect(answer.rejected.map(({ index, errors }) => [index, errors.map((error) => error.field)])).toEqual([
    [0, ['product.id']],
    [2, ['money.price']],
    [3, ['trigger']],
  ]);
  for (const { errors } of answer.rejected) for (const { message } of errors) expect(message).toMatch(/^[A-Z].*[.?]$/);
});

test('bytes that are no UTF-8 are refused in words', async ({ rest }) => {
  const answer = await rest.raw(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
  expect(answer.status).toBe(400);
  expect(answer.type).toContain('application/problem+json');
  expect(answer.text).toMatch(/UTF-8/i);
});

test('a body of 100 MB is turned away before it is sent', async ({ leadbell, rest }) => {
  // As curl does with large bodies: it asks first, and sends once told to go on.
  const answer = await new Promise<string>((done, fail) => {
    const call = request(`${leadbell.url}/api/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': 'application/json',
        'content-length': 100_000_000,
        expect: '100-continue',
      },
    });
    call.once('continue', () => done('go on'));
    call.once('response', (response) => done(`${response.statusCode}`));
    call.once('error', fail);
    call.flushHeaders();
  });
  expect(answer).toBe('413');
  await rest.post(leadSold(1));
});
