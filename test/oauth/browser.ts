import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'
import { requirePart, startPart } from '../support/parts.ts'

const executablePath = '/usr/bin/chromium'

/** Without its own sandbox, which root and many containers cannot have, and without its background requests. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export function hasBrowser(): boolean {
  return requirePart('chromium', existsSync(executablePath), 'apt-get install chromium')
}

/** A real browser with a page that works; nothing where it does not start. */
export async function launchBrowser(): Promise<Browser | undefined> {
  return await startPart('chromium', async () => {
    const browser = await chromium.launch({ executablePath, args })
    await (await browser.newPage()).close()
    return browser
  })
}
