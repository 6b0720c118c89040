import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { run } from '../support/run.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'

const there = [hasTerminal(), hasBrowser()].every(Boolean)

describe.skipIf(!there)('tokn login and a real browser', () => {
  let browser: Browser | undefined
  let server: OidcServer
  let home: Home
  beforeAll(async () => {
    home = makeHome()
    server = await startOidc()
    browser = await launchBrowser()
  }, 60_000)
  beforeEach((context) => context.skip(browser === undefined))
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
    home?.remove()
  })

  it('opens the page, and the person is told in both places that it is done', async () => {
    const opened = join(home.path, 'opened')
    const script = `#!/bin/sh\necho "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`
    writeFileSync(join(home.path, 'bin/xdg-open'), script, { mode: 0o755 })
    const login = ['login', 'work', '--issuer', server.issuer, '--client-id', 'native']
    const terminal = openTerminal(login, home, { DISPLAY: ':9' })
    await expect.poll(() => existsSync(opened), { timeout: 15_000 }).toBe(true)
    const page = await (await browser!.newContext()).newPage()
    await page.goto(readFileSync(opened, 'utf8').trim())
    await page.fill('input[name=login]', 'alice')
    await page.fill('input[name=password]', 'any')
    await page.click('button[type=submit]')
    const shown = page.waitForURL('**/callback?*').then(async () => await page.innerText('main'))
    await page.click('button[type=submit]')
    expect(await shown).toContain('You can close this page')
    const { status, out, err } = await terminal.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain('logged in as "work"')
    expect(await run(['token', 'work', '-q'], { home })).toMatchObject({ status: 0, err: '' })
  }, 60_000)
})
