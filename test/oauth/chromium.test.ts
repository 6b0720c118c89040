import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openOauth } from '../../src/providers/oauth/provider.ts'
import { hasBrowser, launchBrowser } from './browser.ts'
import { startOidc, type OidcServer } from './oidc-server.ts'
import { openReach, person } from './reach.ts'

describe.skipIf(!hasBrowser())('a real browser', () => {
  let browser: Browser | undefined
  let server: OidcServer
  beforeAll(async () => {
    server = await startOidc()
    browser = await launchBrowser()
  }, 60_000)
  beforeEach((context) => context.skip(browser === undefined))
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  for (const host of ['127.0.0.1', 'localhost']) {
    it(`logs in through oidc-provider's pages and comes back to ${host}`, async () => {
      const page = await (await browser!.newContext()).newPage()
      const complaints: string[] = []
      const outside: string[] = []
      const ours = () => page.url().includes('/callback?')
      page.on('console', (message) => ours() && complaints.push(message.text()))
      page.on('request', (request) => ours() && outside.push(request.url()))
      let shown: Promise<string> | undefined
      const browse = async (url: string) => {
        await page.goto(url)
        await page.fill('input[name=login]', 'alice')
        await page.fill('input[name=password]', 'any')
        await page.click('button[type=submit]')
        shown = page.waitForURL('**/callback?*').then(async () => await page.innerText('main'))
        await page.click('button[type=submit]')
      }
      const provider = await openOauth({
        settings: {
          issuer: server.issuer,
          client_id: host === 'localhost' ? 'localhost' : 'native',
          redirect_uri: `http://${host}/callback`,
        },
      })
      const tokens = await provider.login!(openReach({}, { interaction: person({ browse }) }), {})
      expect(tokens.context['sub']).toBe('alice')
      expect(await shown).toContain('You can close this page')
      // The style sheet has a hash in the policy: a wrong one would leave the text on the left.
      expect(
        await page.evaluate('getComputedStyle(document.querySelector("main")).textAlign'),
      ).toBe('center')
      expect(complaints).toEqual([])
      expect(outside.filter((url) => !url.includes('/callback?') && url !== 'data:,')).toEqual([])
      const screenshot = process.env['TOKN_TEST_SCREENSHOT']
      if (screenshot !== undefined) await page.screenshot({ path: screenshot })
    }, 60_000)
  }
})
