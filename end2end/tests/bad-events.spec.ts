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
  for (const { errors } of answer.rejected) for (const { message } of errors) expect(message).toMatch(/^[A-Z].*\.$/);
});

test('bytes that are no UTF-8 are refused in words', async ({ rest }) => {
  const answer = await rest.raw(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]));
  expect(answer.status).toBe(400);
  expect(answer.type).toContain('application/problem+json');
  expect(answer.text).toMatch(/UTF-8/i);
});

test('a body of 100 MB is turned away before it is all there', async ({ leadbell, rest }) => {
  const size = 100_000_000;
  const sent = await new Promise<{ status: number; bytes: number }>((done, fail) => {
    const call = request(`${leadbell.url}/api/v1/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${API_KEY}`,
        'content-type': 'application/json',
        'content-length': size,
      },
    });
    let bytes = 0;
    let answered = false;
    const chunk = Buffer.alloc(1_000_000, 0x20);
    const more = () => {
      while (!answered && bytes < size) {
        bytes += chunk.length;
        if (!call.write(chunk)) {
          call.once('drain', more);
          return;
        }
      }
    };
    call.once('response', (response) => {
      answered = true;
      done({ status: response.statusCode ?? 0, bytes });
      call.destroy();
    });
    call.once('error', (error) => {
      if (!answered) fail(error);
    });
    more();
  });
  expect(sent.status).toBe(413);
  expect(sent.bytes).toBeLessThan(size);
  await rest.post(leadSold(1));
});
