// What was "posted" to Slack: the sandbox's records, and its page as people see it.
import { expect, type Locator, type Page } from '@playwright/test';

/** A message as the sandbox keeps it (sandbox/src/record.rs). */
export interface Message {
  channel: string;
  ts: string;
  /** UTC milliseconds. */
  at_ms: number;
  author: string;
  text: string;
}

/** A call of Slack's API. */
export interface Call {
  seq: number;
  /** UTC milliseconds. */
  at_ms: number;
  method: string;
  channel?: string;
  reply?: { status: number; error?: string };
}

/** A conversation of the pretend workspace. */
interface Conversation {
  id: string;
  kind: 'public' | 'private' | 'direct' | 'group_direct';
  members: string[];
}

/** A fault as the sandbox lists it (sandbox/README.md). */
export interface Fault {
  id: number;
  fault: string;
  says: string;
  on: boolean;
  hits: number;
}

/** The sandbox of one test. */
export class Sandbox {
  constructor(readonly url: string) {}

  async messages(channel?: string): Promise<Message[]> {
    const query = channel ? `?channel=${channel}` : '';
    return (await this.get<{ messages: Message[] }>(`messages${query}`)).messages;
  }

  /** The texts in a channel, oldest first. */
  async texts(channel: string): Promise<string[]> {
    return (await this.messages(channel)).map((message) => message.text);
  }

  async calls(): Promise<Call[]> {
    return (await this.get<{ requests: Call[] }>('requests')).requests;
  }

  async conversations(): Promise<Conversation[]> {
    return (await this.get<{ channels: Conversation[] }>('workspace')).channels;
  }

  async faults(): Promise<Fault[]> {
    return (await this.get<{ faults: Fault[] }>('faults')).faults;
  }

  /** Lets something go wrong on purpose. */
  async switchOn(fault: Record<string, unknown>): Promise<void> {
    await this.post('faults', fault);
  }

  /** Switches every fault off. */
  async switchOff(): Promise<void> {
    const answer = await fetch(`${this.url}/sandbox/api/faults`, { method: 'DELETE' });
    expect(answer.ok, await answer.text()).toBe(true);
  }

  /** Waits until a channel holds exactly these texts, in any order. */
  async toHold(channel: string, texts: string[], timeout = 10_000): Promise<void> {
    await expect.poll(async () => (await this.texts(channel)).sort(), { timeout }).toEqual([...texts].sort());
  }

  /** Lets a token be revoked, as its owner could at any moment. */
  async revoke(value: string): Promise<void> {
    await this.token(value, 'revoked', []);
  }

  /** Adds a good token of the same app, as installing it anew does. */
  async allow(value: string): Promise<void> {
    await this.token(value, 'active', ['channels:join', 'chat:write', 'chat:write.public', 'im:write']);
  }

  private async token(value: string, state: string, scopes: string[]): Promise<void> {
    await this.post('tokens', {
      value,
      kind: 'bot',
      team: 'T0LEADBEL',
      user: 'U0LEADBOT',
      app_id: 'A0LEADBEL',
      app_name: 'Leadbell',
      bot_id: 'B0LEADBEL',
      scopes,
      state,
    });
  }

  private async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/sandbox/api/${path}`);
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  private async post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${this.url}/sandbox/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(answer.ok, await answer.text()).toBe(true);
  }
}

/** Opens a channel on the sandbox's page, listening for news. */
export async function openChannel(page: Page, sandbox: Sandbox, channel: string): Promise<void> {
  await page.goto(`${sandbox.url}/#${channel}`);
  await expect(page.locator('#live')).toContainText('Live');
}

/** The texts of a channel on the page. */
export function shownMessages(page: Page, channel: string): Locator {
  return page.locator(`li.message[data-channel="${channel}"]:visible .text`);
}
