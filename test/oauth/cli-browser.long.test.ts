import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run, start } from '../support/run.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'

const there = [hasTerminal(), hasBrowser()].every(Boolean)

/** Every login that has a page, by the built program in a terminal and a real browser. */
describe.skipIf(!there)('tokn login and what real browsers do', () => {
  let browser: Browser | undefined
  let server: OidcServer
  let home: Home
  beforeAll(async () => {
    server = await startOidc()
    browser = await launchBrowser()
  }, 60_000)
  beforeEach((context) => {
    context.skip(browser === undefined)
    home = makeHome()
    // The desktop opens nothing by itself: the test goes where the terminal says.
    writeFileSync(join(home.path, 'bin/xdg-open'), '#!/bin/sh\n', { mode: 0o755 })
  })
  afterEach(() => home?.remove())
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const address = /^(http:\S+)$/m
  const told = /registered for the client: (\S+)( \(any port\))?$/m

  function logIn(name: string, ...flags: readonly string[]): Terminal {
    const args = ['login', name, '--issuer', server.issuer, '--client-id', 'native', ...flags]
    return openTerminal(args, home, { DISPLAY: ':9' })
  }

  async function newPage(): Promise<Page> {
    return await (await browser!.newContext()).newPage()
  }

  /** Logs in as alice, up to the page where she consents. */
  async function beginAt(page: Page, url: string): Promise<void> {
    await page.goto(url)
    await page.fill('input[name=login]', 'alice')
    await page.fill('input[name=password]', 'any')
    await page.click('button[type=submit]')
  }

  const consent = async (page: Page) => await page.click('button[type=submit]')

  async function expectLoggedIn(terminal: Terminal, name: string): Promise<void> {
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain(`logged in as "${name}"`)
    expect((await run(['token', name, '-q'], { home })).status).toBe(0)
  }

  it('has two at once, each with an answer of its own', async () => {
    const terminals = [logIn('one', '--no-browser'), logIn('two', '--no-browser')]
    const pages = await Promise.all([newPage(), newPage()])
    for (const [index, terminal] of terminals.entries()) {
      await beginAt(pages[index]!, (await terminal.until(address))[1]!)
    }
    await Promise.all(pages.map(consent))
    const ended = await Promise.all(terminals.map(async (terminal) => await terminal.ended))
    expect(ended.map(({ status }) => status)).toEqual([0, 0])
  }, 60_000)

  it('says where to register before the page opens, and goes past what is no answer', async () => {
    const terminal = logIn('work', '--set', 'par=false')
    const [before, registered, any] = await terminal.until(told)
    expect([registered, any]).toEqual(['http://127.0.0.1/callback', ' (any port)'])
    const [url = ''] = await terminal.until(address)
    expect(terminal.shown().indexOf(before)).toBeLessThan(terminal.shown().indexOf(url))
    const page = await newPage()
    const back = new URL(url).searchParams.get('redirect_uri')!
    // A page of another site with an image, a script and a form of ours.
    await page.route('https://evil.example/**', async (route) => {
      const body = `<img src="${back}?code=x&state=y"><link rel="prefetch" href="${back}?code=x">
        <form method="post" action="${back}"><input name="code" value="x"><button>Go</button></form>`
      await route.fulfill({ contentType: 'text/html', body })
    })
    await page.goto('https://evil.example/')
    await page.click('button')
    expect(await page.innerText('main')).toContain('Posted answers are not supported')
    expect((await page.goto(`${back}?code=stolen&state=wrong`))?.status()).toBe(400)
    expect((await page.request.get(new URL('/favicon.ico', back).href)).status()).toBe(404)
    expect((await page.request.head(`${back}?code=x`)).status()).toBe(405)
    await beginAt(page, url)
    const shown = page.waitForURL('**/callback?*').then(async () => await page.innerText('main'))
    await consent(page)
    expect(await shown).toContain('You can close this page')
    await expectLoggedIn(terminal, 'work')
  }, 60_000)

  it('is not moved by an answer that is opened twice', async () => {
    const terminal = logIn('work', '--no-browser')
    const page = await newPage()
    await beginAt(page, (await terminal.until(address))[1]!)
    const again = page.waitForRequest(/\/callback\?/).then(async (request) => {
      const second = await newPage()
      return await second.goto(request.url()).catch(() => undefined)
    })
    await consent(page)
    // The second one comes while the first is answered, or when nobody listens any more.
    expect([200, undefined]).toContain((await again)?.status())
    await expectLoggedIn(terminal, 'work')
  }, 60_000)

  it('ends with 4 when the person says no, and when the browser is closed', async () => {
    const denied = logIn('work', '--no-browser')
    const page = await newPage()
    await beginAt(page, (await denied.until(address))[1]!)
    await page.click('a')
    expect(await page.innerText('main')).toContain('Not logged in')
    const { status, err } = await denied.ended
    expect(status, err).toBe(4)
    expect(err).toContain('access was denied (access_denied')
    const closed = logIn('work', '--set', 'login_timeout=2s')
    await closed.until(/Log in in your browser/)
    const end = await closed.ended
    expect(end.status, end.err).toBe(4)
    expect(end.err).toContain('no answer came back from the browser in 2s')
    expect(end.err).toMatch(
      /hint: log in again.*--flow device.*127\.0\.0\.1\/callback \(any port\)/,
    )
  }, 60_000)

  it('takes what is pasted from a page that nobody can listen at', async () => {
    for (const part of ['address', 'code'] as const) {
      const flags = ['--client-id', 'pasted', '--redirect-uri', 'https://app.example.com/cb']
      const args = ['login', part, '--issuer', server.issuer, ...flags]
      const terminal = openTerminal(args, home, { DISPLAY: ':9' })
      await terminal.until(/paste the address/)
      const page = await newPage()
      await page.route('https://app.example.com/**', async (route) => {
        await route.fulfill({ contentType: 'text/html', body: '<main>This is the app</main>' })
      })
      await beginAt(page, (await terminal.until(address))[1]!)
      await consent(page)
      await page.waitForURL('https://app.example.com/cb?*')
      const code = new URL(page.url()).searchParams.get('code')!
      terminal.type(`${part === 'code' ? code : page.url()}\r`)
      await expectLoggedIn(terminal, part)
      expect(terminal.shown()).toContain('for the client: https://app.example.com/cb\n')
      expect(terminal.shown()).not.toContain(code)
    }
  }, 60_000)

  it('gives a code that is entered in a browser, with and without a terminal', async () => {
    const terminal = logIn('person', '--flow', 'device_code')
    const [, page = '', code = ''] = await terminal.until(
      /^Open (http:\S+) on any device and enter the code ([A-Z]{4}-[A-Z]{4})$/m,
    )
    const complete = await terminal.until(/^Or open this address, which has the code: (\S+)$/m)
    expect(complete[1]).toBe(`${page}?user_code=${code}`)
    await enter(`${page}?user_code=${code}`)
    await expectLoggedIn(terminal, 'person')
    const args = ['login', 'script', '--issuer', server.issuer, '--client-id', 'native']
    const { child, ended } = start([...args, '--flow', 'device', '--json'], {
      home,
      env: { CI: 'true' },
    })
    let err = ''
    child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
    await expect.poll(() => err, { timeout: 15_000 }).toMatch(/\n$/)
    const line = JSON.parse(err) as Record<string, string>
    expect(line['schema']).toBe('tokn.device-code/v1')
    await enter(line['verification_uri_complete']!)
    const { status, out } = await ended
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ schema: 'tokn.login/v1', profile: 'script' })
  }, 60_000)

  async function enter(url: string): Promise<void> {
    const page = await newPage()
    await page.goto(url)
    for (let steps = 0; steps < 6; steps++) {
      if ((await page.content()).includes('Sign-in Success')) return
      for (const name of ['login', 'password']) {
        const field = page.locator(`input[name=${name}]`)
        if ((await field.count()) > 0) await field.fill('alice')
      }
      await page.click('button[type=submit]')
    }
    expect(await page.content()).toContain('Sign-in Success')
  }
})
