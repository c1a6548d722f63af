// SPDX-License-Identifier: EUPL-1.2
// Somebody who uses the API: signs in on the page as a person does, and then asks through the
// client that was generated. Each answer is held against the document on its way.
import createClient from 'openapi-fetch';
import type { Contract } from './contract.ts';
import type { paths } from './schema.d.ts';

export type Client = ReturnType<typeof createClient<paths, 'application/json'>>;

export interface Answer {
  status: number;
  headers: Headers;
  body: string;
}

export class Browser {
  readonly client: Client;
  readonly name: string;
  private readonly contract: Contract;
  private readonly site: string;
  private cookie = '';

  constructor(name: string, site: string, contract: Contract) {
    this.name = name;
    this.site = site;
    this.contract = contract;
    const fetch = (request: Request) => this.send(request);
    this.client = createClient<paths, 'application/json'>({
      baseUrl: site + contract.basePath(),
      fetch,
    });
  }

  private async send(request: Request): Promise<Response> {
    if (this.cookie) request.headers.set('cookie', this.cookie);
    const response = await fetch(request, { redirect: 'manual' });
    const body = await response.clone().text();
    this.contract.check(request.method, request.url, response, body);
    return response;
  }

  // By an address under the base path; for what the generated client does not let one ask.
  async ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const url = this.site + this.contract.basePath() + path;
    const response = await this.send(new Request(url, { method, headers }));
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  async signIn(password: string): Promise<void> {
    const form = new URLSearchParams({ naam: this.name, wachtwoord: password, naar: '/' });
    const response = await fetch(`${this.site}/aanmelden`, {
      method: 'POST',
      body: form,
      headers: { origin: this.site },
      redirect: 'manual',
    });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
    if (response.status !== 303 || !cookie) {
      throw new Error(`${this.name} cannot sign in: ${response.status}`);
    }
    this.cookie = cookie;
  }
}
