// What must not happen on any page: errors in the console, failed requests of our own, breaches of the page's policy.
import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test';

/** Watches every page of a context and remembers what went wrong. */
export class Health {
  readonly complaints: string[] = [];
  private readonly forgiven: RegExp[] = [];

  async watch(context: BrowserContext): Promise<void> {
    // The page tells of a breach before anybody could listen to it: by its own console, from the first script on.
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI} (${event.sourceFile})`);
      });
    });
    context.on('console', (message) => this.heard(message));
    context.on('weberror', (error) => this.complain(`uncaught: ${error.error().message}`));
    context.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // Leaving a page ends what it was still loading.
      if (reason !== 'net::ERR_ABORTED') this.complain(`${request.method()} ${request.url()}: ${reason}`);
    });
  }

  /** Expects something that would else be a complaint, such as the status of a refused form. */
  forgive(what: RegExp): void {
    this.forgiven.push(what);
  }

  /** Complaints that nobody expected. */
  get unexpected(): string[] {
    return this.complaints.filter((text) => !this.forgiven.some((what) => what.test(text)));
  }

  private heard(message: ConsoleMessage): void {
    const bad = message.type() === 'error' || message.type() === 'warning' || /hydrat|panicked/i.test(message.text());
    if (bad) this.complain(`${message.type()} on ${pageOf(message.page())}: ${message.text()} (${message.location().url})`);
  }

  private complain(text: string): void {
    this.complaints.push(text);
  }
}

function pageOf(page: Page | null): string {
  return page ? new URL(page.url()).pathname : 'no page';
}
