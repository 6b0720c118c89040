import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAgent } from '../../support/agent.ts'
import { findTexts } from '../../support/files.ts'
import { makeHome, type Home } from '../../support/home.ts'
import { run, startCommand } from '../../support/run.ts'
import { hasTerminal, openTerminal, type Terminal } from '../../support/terminal.ts'
import { hasBrowser, launchBrowser } from '../browser.ts'
import { Newcomer } from '../servers/attempts.ts'
import { logInAs, UserAgent } from '../user-agent.ts'
import {
  clientDocument,
  startAuthorizationServer,
  type AuthorizationServer,
} from './authorization-server.ts'
import { callTool, hasMcp, startMcpServer, type McpServer } from './mcp-server.ts'

const address = /^(http:\S+)$/m
const there = [hasTerminal(), hasMcp()].every(Boolean)

describe.skipIf(!there)('a server of the official MCP kit', () => {
  let logins: AuthorizationServer
  let tools: McpServer
  let home: Home
  beforeAll(async () => {
    logins = await startAuthorizationServer()
    tools = await startMcpServer(logins)
  })
  afterAll(async () => {
    await tools?.stop()
    await logins?.stop()
  })
  beforeEach(() => {
    home = makeHome()
    logins.clients.length = 0
  })
  afterEach(() => home.remove())

  const words = (...more: readonly string[]) => [
    ...['login', 'tools', '--resource', tools.url, '--no-browser'],
    ...more,
  ]
  async function complete(terminal: Terminal): Promise<string> {
    await logInAs('alice', (await terminal.until(address))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    return err
  }
  const logIn = async (...more: readonly string[]) =>
    await complete(openTerminal(words(...more), home))
  async function logInAgain(): Promise<void> {
    const terminal = openTerminal(words(), home)
    await logInAs('alice', (await terminal.until(address))[1] ?? '')
    await terminal.until(/Revoke it\?/)
    terminal.type('y')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
  }
  async function headers(...more: readonly string[]): Promise<Record<string, string>> {
    const { out, status, err } = await run(['header', 'tools', '-o', 'map', ...more], { home })
    expect(status, err).toBe(0)
    return JSON.parse(out) as Record<string, string>
  }
  /** By the clock of the home. */
  async function headersLater(): Promise<string> {
    const later = startCommand(['sh', '-c', 'tokn header tools -o map'], { home })
    const { out, status, err } = await later.ended
    expect(status, err).toBe(0)
    return out
  }

  it('takes one command to a working token, and its tool is called with that', async () => {
    const newcomer = new Newcomer(home)
    const said = await complete(newcomer.logInAtTerminal(words().slice(1)))
    newcomer.record('oidc-provider', 'a resource alone')
    expect(said).toContain(
      `${tools.url} sends logins to ${logins.issuer}, for tools:list tools:call`,
    )
    const first = await headers()
    expect(Object.keys(first)).toEqual(['Authorization'])
    expect(await callTool(tools.url, first)).toBe('you are alice')
    expect(logins.clients).toHaveLength(1)
    expect(logins.secrets).not.toEqual([])
    expect(findTexts(home.path, logins.secrets)).toEqual([])
    expect((await run(['header', 'tools', '--for', tools.url], { home })).status).toBe(0)
    const elsewhere = await run(['header', 'tools', '--for', 'http://127.0.0.1:1/'], { home })
    expect(elsewhere).toMatchObject({ status: 2, out: '' })

    // Whoever asks an agent gets the token, and nothing of the client that was made for it.
    const agent = await startAgent(home)
    const { body } = await agent.ask('/session/tools')
    agent.kill('SIGTERM')
    await agent.ended.catch(() => undefined)
    expect(body).toContain(first['Authorization']?.replace('Bearer ', ''))
    expect(logins.secrets.filter((secret) => body.includes(secret))).toEqual([])
    expect(JSON.parse(body)).toMatchObject({ record: { refresh: '', context: { flow: 'code' } } })

    // Once it has expired, the same command gives another, without a question.
    home.shiftClock(11 * 60_000)
    const renewed = JSON.parse(await headersLater()) as Record<string, string>
    expect(renewed).not.toEqual(first)
    expect(await callTool(tools.url, renewed)).toBe('you are alice')

    const { status, err } = await run(['logout', 'tools'], { home })
    expect(status, err).toBe(0)
    expect(err).toContain('logged out, and the token is revoked')
    expect(logins.clients).toEqual([])
    await expect(callTool(tools.url, renewed)).rejects.toThrow(/Unauthorized|invalid_token|401/)
    const { url, token } = logins.registrations.at(-1)!
    const asked = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    expect(asked.status).toBe(401)
  })

  it('is renewed once, however many processes find its token expired, and for the resource', async () => {
    await logIn()
    logins.refreshedFor.length = 0
    home.shiftClock(11 * 60_000)
    const all = await Promise.all(Array.from({ length: 20 }, async () => await headersLater()))
    const [first = ''] = all
    expect(new Set(all)).toEqual(new Set([first]))
    expect(logins.refreshedFor).toEqual([tools.url])
    expect(await callTool(tools.url, JSON.parse(first) as Record<string, string>)).toBe(
      'you are alice',
    )
    await run(['logout', 'tools'], { home })
  })

  it('asks before it gives up the session of another resource of the same server', async () => {
    await logIn()
    const others = await startMcpServer(logins)
    const typed = ['login', 'tools', '--resource', others.url, '--no-browser']
    const [here, there] = [tools.url, others.url].map(
      (url) => `"oauth" at ${logins.issuer} for ${url}`,
    )
    const refused = await run(typed, { home })
    expect(refused, refused.err).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain(
      `"tools" holds a session of ${here}, which a login to ${there} would replace\n`,
    )
    const no = openTerminal(typed, home)
    expect((await no.until(/Replace it by one of (.*)\?/))[1]).toBe(there)
    no.type('n')
    expect((await no.ended).status).toBe(130)
    expect(await callTool(tools.url, await headers())).toBe('you are alice')

    const yes = openTerminal([...typed, '--yes'], home)
    await logInAs('alice', (await yes.until(address))[1] ?? '')
    await yes.until(/Revoke it\?/)
    yes.type('y')
    const { status, err } = await yes.ended
    expect(status, err).toBe(0)
    expect(await callTool(others.url, await headers())).toBe('you are alice')
    await run(['logout', 'tools'], { home })
    await others.stop()
  })

  it('has one client made for all logins of a profile, and another once that is lost', async () => {
    await logIn()
    const [first] = logins.clients
    // What the login before has left is ended, and not the client, which is that of both.
    await logInAgain()
    expect(logins.clients).toEqual([first])
    expect(await callTool(tools.url, await headers())).toBe('you are alice')
    await logins.forget(first ?? '')
    await logInAgain()
    expect(logins.clients).toHaveLength(2)
    expect(await callTool(tools.url, await headers())).toBe('you are alice')
    await run(['logout', 'tools'], { home })
    expect(logins.clients).toEqual([first])
  })

  it('leaves no client behind where the login comes to nothing', async () => {
    const terminal = openTerminal(words('--set', 'par=false'), home)
    const url = new URL((await terminal.until(address))[1] ?? '')
    expect(url.searchParams.get('resource')).toBe(tools.url)
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    expect(logins.clients).toHaveLength(1)
    const back = new URL(url.searchParams.get('redirect_uri') ?? '')
    const state = url.searchParams.get('state') ?? ''
    back.search = String(new URLSearchParams({ error: 'access_denied', state, iss: logins.issuer }))
    await new UserAgent().get(back.href)
    expect((await terminal.ended).status).toBe(4)
    expect(logins.clients).toEqual([])

    const dismissed = openTerminal(words(), home)
    await dismissed.until(/paste the address/)
    expect(logins.clients).toHaveLength(1)
    dismissed.type('\u0003')
    expect((await dismissed.ended).status).toBe(130)
    expect(logins.clients).toEqual([])

    // Nobody is asked anything while a browser is under way.
    writeFileSync(join(home.path, 'bin/xdg-open'), '#!/bin/sh\n', { mode: 0o755 })
    const typed = ['login', 'tools', '--resource', tools.url]
    const left = openTerminal(typed, home, { DISPLAY: ':9' })
    await left.until(address)
    expect(logins.clients).toHaveLength(1)
    left.type('\u0003')
    expect((await left.ended).status).toBe(130)
    expect(logins.clients).toEqual([])
  })

  it('has the client of a login removed that was killed while the browser was open', async () => {
    const terminal = openTerminal(words(), home)
    await terminal.until(/paste the address/)
    expect(logins.clients).toHaveLength(1)
    const lines = readdirSync('/proc').flatMap((id) => {
      if (!/^\d+$/.test(id)) return []
      try {
        const isOurs = readFileSync(`/proc/${id}/environ`, 'utf8').includes(`HOME=${home.path}`)
        const line = readFileSync(`/proc/${id}/cmdline`, 'utf8')
        return isOurs && line.includes('\0login\0tools') ? [Number(id)] : []
      } catch {
        return []
      }
    })
    for (const id of lines) process.kill(id, 'SIGKILL')
    await terminal.ended
    expect(logins.clients).toHaveLength(1)
    expect(findTexts(home.path, logins.secrets)).toEqual([])
    const doctor = async (...flags: readonly string[]) => {
      const { out } = await run(['doctor', '--json', ...flags], { home })
      const { checks } = JSON.parse(out) as { checks: ReadonlyArray<{ id: string }> }
      return checks.filter(({ id }) => id === 'login-tools')
    }
    const detail = expect.stringMatching(
      `, after the registration of a client was sent to ${logins.issuer}, and before a token was asked for$`,
    ) as string
    const told = { status: 'warn', detail, fix: 'tokn doctor --fix' }
    expect(await doctor()).toMatchObject([told])
    expect(await doctor('--fix', '--offline')).toMatchObject([told])
    const removed = expect.stringMatching(/asked for; the client is removed there$/) as string
    expect(await doctor('--fix')).toMatchObject([{ status: 'fixed', detail: removed }])
    expect(logins.clients).toEqual([])
    expect(await doctor()).toEqual([])
  })

  it('takes the address of a client id metadata document', async () => {
    const err = await logIn('--client-id', clientDocument)
    expect(err).not.toContain('does not say that it reads')
    expect(logins.clients).toEqual([])
    expect(await callTool(tools.url, await headers())).toBe('you are alice')
    const { out } = await run(['profile', 'show', 'tools', '--json'], { home })
    expect(JSON.parse(out)).toMatchObject({
      settings: { client_id: clientDocument, issuer: logins.issuer, resource: tools.url },
    })
  })

  it('logs in on another device, with a client of the server’s making', async () => {
    const terminal = openTerminal(words().slice(0, -1).concat('--flow', 'device'), home)
    const [, page = '', code = ''] = await terminal.until(/Open (\S+) on .* the code (\S+)/)
    const agent = new UserAgent()
    let shown = await agent.submit(await agent.get(page), { user_code: code })
    for (let steps = 0; steps < 6 && shown.includes('<form'); steps++) {
      shown = await agent.submit(shown, { login: 'alice', password: 'any' })
    }
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(await callTool(tools.url, await headers())).toBe('you are alice')
    await run(['logout', 'tools'], { home })
    expect(logins.clients).toEqual([])
  })

  it('asks nobody where nobody is, and has no client made', async () => {
    const typed = ['login', 'tools', '--resource', tools.url]
    const plan = await run([...typed, '--dry-run'], { home })
    expect(plan).toMatchObject({ status: 0 })
    expect(plan.err + plan.out).toContain(`would ask ${tools.url} where to log in for it`)
    const { status, out, err } = await run(typed, { home })
    expect({ status, out }, err).toEqual({ status: 4, out: '' })
    expect(err).toContain(`tokn: hint: tokn ${typed.join(' ')}\n`)
    expect(logins.clients).toEqual([])
  })

  it('is done in a real browser', async (context) => {
    const browser = hasBrowser() ? await launchBrowser() : undefined
    context.skip(browser === undefined)
    const opened = join(home.path, 'opened')
    const script = `#!/bin/sh\necho "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`
    writeFileSync(join(home.path, 'bin/xdg-open'), script, { mode: 0o755 })
    const typed = ['login', 'tools', '--resource', tools.url]
    const terminal = openTerminal(typed, home, { DISPLAY: ':9' })
    await expect.poll(() => existsSync(opened), { timeout: 15_000 }).toBe(true)
    const page = await (await browser!.newContext()).newPage()
    await page.goto(readFileSync(opened, 'utf8').trim())
    await page.fill('input[name=login]', 'alice')
    await page.click('button[type=submit]')
    const shown = page.waitForURL('**/callback?*').then(async () => await page.innerText('main'))
    await page.click('button[type=submit]')
    expect(await shown).toContain('You can close this page')
    expect((await terminal.ended).status).toBe(0)
    expect(await callTool(tools.url, await headers())).toBe('you are alice')
    await browser?.close()
  }, 60_000)
})

describe.skipIf(!there)('a server that makes clients for some only', () => {
  let home: Home
  let logins: AuthorizationServer
  let tools: McpServer
  beforeAll(async () => {
    home = makeHome()
    logins = await startAuthorizationServer({ registration: 'let-me-in' })
    tools = await startMcpServer(logins)
  })
  afterAll(async () => {
    await tools?.stop()
    await logins?.stop()
    home?.remove()
  })

  it('wants an initial access token', async () => {
    const typed = ['login', 'tools', '--resource', tools.url, '--no-browser']
    const refused = await openTerminal(typed, home).ended
    expect(refused).toMatchObject({ status: 4, out: '' })
    expect(refused.err).toContain('registers clients only for who has an initial access token')
    const env = { TOKN_INITIAL_ACCESS_TOKEN: 'let-me-in' }
    const terminal = openTerminal(typed, home, env)
    await logInAs('alice', (await terminal.until(address))[1] ?? '')
    const { status, err } = await terminal.ended
    expect(status, err).toBe(0)
    expect(findTexts(home.path, ['let-me-in', ...logins.secrets])).toEqual([])
  })
})
