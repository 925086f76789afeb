// Events as the lead platform posts them (domain.md §9), with the demo's business in them.
import { acmeCa, acmeLending, blueTraffic, debtRelief, shieldTx } from './demo.ts';
import type { Event } from './rest.ts';

let counter = 0;

/** An id that no other event has. */
function unique(): string {
  counter += 1;
  return `e2e-${process.pid}-${Date.now()}-${counter}`;
}

/** A lead that was sold: by Blue Traffic, for Debt Relief, at 42.50, unless told otherwise. */
export function leadSold(lead: number, more: Record<string, unknown> = {}): Event {
  return {
    event_id: unique(),
    trigger: 'lms.lead_sold',
    product: { id: Number(debtRelief.id), name: debtRelief.name },
    lead: { id: lead, method: 'POST', status: 'sold', state: 'CA' },
    publisher: { id: Number(blueTraffic.id), name: blueTraffic.name },
    money: { currency: 'USD', price: '42.50' },
    ...more,
  };
}

/** A lead that the campaign Acme CA bought. */
export function campaignSold(lead: number, more: Record<string, unknown> = {}): Event {
  return leadSold(lead, {
    trigger: 'lms.campaign_sold',
    buyer: { id: Number(acmeLending.id), name: acmeLending.name },
    campaign: { id: Number(acmeCa.id), name: acmeCa.name },
    ...more,
  });
}

/** What Blue Traffic earned with a lead. */
export function earning(lead: number, amount: string): Event {
  return leadSold(lead, {
    trigger: 'lms.publisher_earning_received',
    money: { currency: 'USD', price: '99.99', publisher_earning: amount },
    earning: { id: `earning-${lead}`, amount, kind: 'direct_sale' },
  });
}

/** A call that the campaign Shield TX's buyer answered. */
export function buyerResponse(lead: number): Event {
  return {
    event_id: unique(),
    trigger: 'cl.buyer_response',
    product: { id: 310, name: 'Auto Insurance Calls' },
    lead: { id: lead },
    call: { id: `call-${lead}`, caller: '+15555550100', ring_seconds: 12 },
    publisher: { id: Number(blueTraffic.id), name: blueTraffic.name },
    buyer: { id: 455, name: 'Shield Auto' },
    campaign: { id: Number(shieldTx.id), name: shieldTx.name },
    money: { currency: 'USD', price: '65.00' },
  };
}
