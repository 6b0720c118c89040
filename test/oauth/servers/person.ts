import type { Browser } from 'playwright-core'
import { password } from './npm-server.ts'

/**
 * Somebody who logs in at the page of `url` in a real browser, with the code of a device where there
 * is one, and agrees. Gives what they are told in the end.
 */
export async function logInWith(browser: Browser, url: string, code?: string): Promise<string> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(url)
    await page.fill('input[name=login]', 'alice')
    await page.fill('input[name=password]', password)
    if (code !== undefined) await page.fill('input[name=user_code]', code)
    await page.click('button[type=submit]')
    // Not every server asks whether it may.
    const next = page.locator('main, button[name=accept]').first()
    await next.waitFor()
    if ((await page.locator('main').count()) === 0) await next.click()
    return await page.innerText('main')
  } finally {
    await context.close()
  }
}
