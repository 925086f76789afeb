// The REST interface, as the lead platform uses it.
import { expect } from '@playwright/test';
import { API_KEY } from './demo.ts';

/** The answer to posted events. */
export interface Accepted {
  accepted: number;
  duplicates: number;
  rejected: { index: number; event_id?: string; errors: { field: string; message: string }[] }[];
}

/** One rule's answer to one event. */
export interface Delivery {
  event_id: string;
  rule_id: string;
  status: string;
  text: string;
}

/** A rule as the interface gives it. */
export interface StoredRule {
  id: string;
  number: number;
  trigger: string;
  status: string;
  filters: Record<string, unknown>;
  action: { connection_id: string; text: string; target: Record<string, string> };
}

/** A connection as the interface gives it. */
export interface Connection {
  id: string;
  name: string;
  /** Prefix and last four characters. */
  token: string;
  status: 'ok' | 'unchecked' | 'broken';
  waiting: number;
}

/** An event to post; see `leadSold` and its like. */
export type Event = Record<string, unknown> & { event_id: string };

/** The interface of one Leadbell. */
export class Rest {
  constructor(private readonly url: string) {}

  /** Posts one event that must be accepted. */
  async post(event: Event): Promise<void> {
    const answer = await this.send('POST', '/events', event);
    expect(answer, JSON.stringify(answer)).toMatchObject({ status: 202, body: { accepted: 1, duplicates: 0 } });
  }

  /** Posts events in one request. */
  async postAll(events: Event[]): Promise<Accepted> {
    const answer = await this.send('POST', '/events', { events });
    expect(answer.status, JSON.stringify(answer.body)).toBe(202);
    return answer.body as Accepted;
  }

  /** Posts whatever this is, and gives the answer. */
  async raw(body: BodyInit, type = 'application/json'): Promise<{ status: number; type: string; text: string }> {
    const answer = await fetch(`${this.url}/api/v1/events`, {
      method: 'POST',
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': type },
      body,
    });
    return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
  }

  /** What every rule that looked at an event made of it: `matched`, `filtered`, `disabled`. */
  async verdicts(event: string): Promise<{ verdict: string; filter: string | null; rule_id: string }[]> {
    const answer = await this.send('GET', `/events/${encodeURIComponent(event)}`);
    expect(answer.status).toBe(200);
    return (answer.body as { verdicts: { verdict: string; filter: string | null; rule_id: string }[] }).verdicts;
  }

  async deliveries(): Promise<Delivery[]> {
    const answer = await this.send('GET', '/deliveries?limit=1000');
    return (answer.body as { deliveries: Delivery[] }).deliveries;
  }

  async rules(level: string, entity: string): Promise<StoredRule[]> {
    const answer = await this.send('GET', `/rules?level=${level}&entity_id=${entity}`);
    return (answer.body as { rules: StoredRule[] }).rules;
  }

  /** Adds a rule where a test is not about the form. */
  async addRule(rule: Record<string, unknown>): Promise<StoredRule> {
    const answer = await this.send('POST', '/rules', rule);
    expect(answer.status, JSON.stringify(answer.body)).toBe(201);
    return answer.body as StoredRule;
  }

  /** The stored tokens, without what is secret. */
  async connections(): Promise<Connection[]> {
    return ((await this.send('GET', '/connections')).body as { connections: Connection[] }).connections;
  }

  private async send(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  }
}
