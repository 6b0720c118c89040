import type { Browser, BrowserContext } from 'playwright-core'
import { expect } from 'vitest'

/** Who may log in at the servers of this folder. */
export const user = { name: 'ada', password: 'correct horse' }

/** Whoever logs in, and the selectors of where the pages of a server want to know that. */
export interface Pages {
  readonly name: string
  readonly password: string
  readonly nameField: string
  /** What allows a client what it asks for. */
  readonly allow: string
}

const ours: Pages = { ...user, nameField: '[name=username]', allow: '[name=allow]' }

/** As `allowIn`, in a browser that has no other use. */
export async function allowInBrowser(
  browser: Browser,
  url: string,
  pages: Pages = ours,
): Promise<string> {
  const context = await browser.newContext()
  try {
    return await allowIn(context, url, pages)
  } finally {
    await context.close()
  }
}

/**
 * Logs in at the pages of a server with a real browser, and allows what is asked there; gives the
 * text of the page that it ends at, which has a `main`.
 */
export async function allowIn(
  context: BrowserContext,
  url: string,
  { name, password, nameField, allow }: Pages,
): Promise<string> {
  const page = await context.newPage()
  await page.goto(url)
  await page.fill(nameField, name)
  await page.fill('[name=password]', password)
  await page.click('button')
  await page.click(allow)
  // Not that of the page where it was allowed.
  return await page.locator('main', { hasNot: page.locator(allow) }).innerText()
}

/** Whether a token works, by the introspection of the server, asked without `tokn`. */
export async function isActive(url: string, client: Client, token: string): Promise<unknown> {
  const body = new URLSearchParams({ client_id: client.id, client_secret: client.secret, token })
  const response = await fetch(url, { method: 'POST', body })
  expect(response.status).toBe(200)
  return ((await response.json()) as { active: unknown }).active
}

interface Client {
  readonly id: string
  readonly secret: string
}
