import { get, request, type IncomingMessage } from 'node:http'

export interface Page {
  readonly status: number
  readonly location: string | undefined
  readonly text: string
}

export interface Json {
  readonly method: string
  readonly json: string
}

/** A browser for pages made of forms: cookies, redirects, and nothing else. */
export class UserAgent {
  readonly #cookies = new Map<string, string>()
  /** The address that the last request ended at. */
  url = ''

  async get(url: string): Promise<string> {
    return await this.#follow(url)
  }

  /** One request, without following where it leads. */
  async send(url: string, content?: URLSearchParams | Json): Promise<Page> {
    this.url = url
    const json = content !== undefined && 'json' in content ? content : undefined
    const form = content === undefined || 'json' in content ? undefined : content
    // Not fetch: it says of itself that it is a script, and a browser that navigates does not.
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const method = json?.method ?? (form === undefined ? 'GET' : 'POST')
      const headers = this.#headers(content)
      const sent = request(url, { method, agent: false, headers }, resolve)
      sent.once('error', reject)
      sent.end(json?.json ?? form?.toString())
    })
    for (const line of response.headers['set-cookie'] ?? []) this.#keep(line)
    let text = ''
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk)
    const { location } = response.headers
    return {
      status: response.statusCode ?? 0,
      location: location === undefined ? undefined : new URL(location, url).href,
      text,
    }
  }

  /** The first form of a page, filled in: where it goes and what goes there. */
  fill(page: string, values: Readonly<Record<string, string>>) {
    const action = /<form[^>]*action="([^"]*)"/.exec(page)?.[1] ?? ''
    const body = new URLSearchParams()
    for (const [input] of page.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]*)"/.exec(input)?.[1]
      const value = /value="([^"]*)"/.exec(input)?.[1] ?? ''
      if (name !== undefined) body.set(name, values[name] ?? value)
    }
    return { url: new URL(action.replaceAll('&amp;', '&'), this.url).href, body }
  }

  async submit(page: string, values: Readonly<Record<string, string>>): Promise<string> {
    const { url, body } = this.fill(page, values)
    return await this.#follow(url, body)
  }

  async #follow(url: string, form?: URLSearchParams): Promise<string> {
    let page = await this.send(url, form)
    for (let hops = 0; page.location !== undefined && hops < 20; hops++) {
      page = await this.send(page.location)
    }
    return page.text
  }

  #headers(content: URLSearchParams | Json | undefined): Record<string, string> {
    const type = content !== undefined && 'json' in content ? 'json' : 'x-www-form-urlencoded'
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    return {
      cookie,
      accept: 'text/html',
      ...(content && { 'content-type': `application/${type}` }),
    }
  }

  #keep(line: string): void {
    const pair = line.split(';')[0] ?? ''
    this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
  }
}

/** Logs in at the pages of `oidc-pages.ts` and consents; gives the page that it ends at. */
export async function logInAs(login: string, url: string): Promise<string> {
  const agent = new UserAgent()
  let page = await agent.get(url)
  for (let steps = 0; steps < 6 && isForm(page); steps++) {
    page = await agent.submit(page, { login, password: 'any' })
  }
  return page
}

/** As `logInAs`, but stops before the callback and gives its address: a browser elsewhere. */
export async function logInElsewhere(login: string, start: string): Promise<string> {
  const agent = new UserAgent()
  let page = await agent.send(start)
  for (let steps = 0; steps < 40; steps++) {
    const { location } = page
    if (location?.includes('code=') === true) return location
    if (location !== undefined) page = await agent.send(location)
    else if (isForm(page.text)) {
      const { url, body } = agent.fill(page.text, { login, password: 'any' })
      page = await agent.send(url, body)
    }
  }
  throw new Error('the login never came back')
}

function isForm(page: string): boolean {
  return /name="prompt"|name="user_code"/.test(page)
}

/** Goes to the address that a server has sent the browser back to, as a page that is opened. */
export async function goBack(address: URL): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    get(address, (response) => response.resume().once('end', resolve)).once('error', reject)
  })
}
