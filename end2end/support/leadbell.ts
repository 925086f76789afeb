// A Leadbell of its own for a test: the release build, on free ports, with its data in a folder that goes afterwards.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const target = resolve(import.meta.dirname, '../../target');
const site = process.env['LEPTOS_SITE_ROOT'] ?? join(target, 'site');
const program = process.env['LEADBELL_BIN'] ?? join(target, 'release/leadbell');

/** Longest start, milliseconds; usually it takes a fifth of a second. */
const START = 30_000;

/** How a Leadbell is started. */
interface Start {
  /** `demo` brings the sandbox along; `serve` sends to one that runs already. */
  command: 'demo' | 'serve';
  /** The sandbox to send to, for `serve`. */
  sandbox?: string;
}

/** A running Leadbell. */
export class Leadbell {
  private process: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly sandboxPort: number,
  ) {}

  /** Starts one on a fresh demo business. `worker` keeps tests that run at the same time apart. */
  static async demo(worker: number): Promise<Leadbell> {
    const folder = await mkdtemp(join(tmpdir(), 'leadbell-e2e-'));
    const leadbell = new Leadbell(folder, await freePort(worker), await freePort(worker));
    try {
      await leadbell.start({ command: 'demo' });
    } catch (error) {
      await leadbell.end();
      throw error;
    }
    return leadbell;
  }

  /** Address of the pages and the REST interface. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Address of the Slack sandbox. */
  get sandboxUrl(): string {
    return `http://127.0.0.1:${this.sandboxPort}`;
  }

  /** Everything it has logged. */
  get log(): string {
    return this.output;
  }

  /** Starts on the data it has, and waits until it is ready. */
  async start({ command, sandbox }: Start): Promise<void> {
    const process_ = spawn(program, [command], { cwd: this.folder, env: this.environment(sandbox) });
    this.process = process_;
    const keep = (chunk: Buffer) => {
      this.output += chunk.toString();
    };
    process_.stdout.on('data', keep);
    process_.stderr.on('data', keep);
    const ended = new Promise<never>((_, reject) => {
      process_.once('error', (error) => reject(new Error(`${program} can't be started: ${error.message}`)));
      process_.once('exit', (code) => reject(new Error(`leadbell ended (${code}):\n${this.output}`)));
    });
    // Once it runs, its end is no surprise.
    ended.catch(() => undefined);
    await Promise.race([this.ready(), ended]);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    await this.signal('SIGKILL');
  }

  /** Ends it in order. */
  async stop(): Promise<void> {
    await this.signal('SIGTERM');
  }

  /** Ends it and removes its data. */
  async end(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async signal(signal: NodeJS.Signals): Promise<void> {
    const process_ = this.process;
    if (!process_ || process_.exitCode !== null || process_.signalCode !== null || process_.pid === undefined) return;
    const exited = new Promise((done) => process_.once('exit', done));
    process_.kill(signal);
    await exited;
  }

  private environment(sandbox: string | undefined): NodeJS.ProcessEnv {
    // Settings of whoever runs the tests must not leak in.
    const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LEADBELL_')));
    return {
      LEPTOS_OUTPUT_NAME: 'leadbell',
      LEPTOS_SITE_PKG_DIR: 'pkg',
      LEPTOS_HASH_FILES: 'true',
      LEPTOS_HASH_FILE_NAME: join(site, 'hash.txt'),
      LEPTOS_ENV: 'PROD',
      ...own,
      LEPTOS_SITE_ROOT: site,
      LEADBELL_LISTEN: `127.0.0.1:${this.port}`,
      LEADBELL_SANDBOX_LISTEN: `127.0.0.1:${this.sandboxPort}`,
      LEADBELL_DATABASE_URL: `sqlite://${join(this.folder, 'leadbell.db')}`,
      LEADBELL_SECRET_KEY_FILE: join(this.folder, 'secret.key'),
      LEADBELL_LOG: 'info',
      ...(sandbox ? { LEADBELL_SLACK_API_URL: `${sandbox}/api` } : {}),
    };
  }

  private async ready(): Promise<void> {
    const until = Date.now() + START;
    while (Date.now() < until) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`leadbell was not ready within ${START} ms:\n${this.output}`);
  }
}

let next = 0;

/**
 * A port nobody listens on. Below the range from which systems give ports to outgoing connections, or one of those
 * could take it between this look and the start.
 */
async function freePort(worker: number): Promise<number> {
  const first = 21_000 + (worker % 20) * 500;
  for (let tries = 0; tries < 500; tries += 1) {
    const port = first + (next++ % 500);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${first} and ${first + 499}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}
