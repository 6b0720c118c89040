import { createHash } from 'node:crypto'
import { SeenTexts } from '../../core/seen-texts.ts'
import { holds } from '../replies/condition.ts'
import type { PagePlan } from '../schema/definition.ts'
import { followUrl } from './endpoint.ts'
import type { Accepted } from './exchange.ts'
import type { TemplateValues } from '../templates/placeholder-values.ts'
import { findValue, type ReplyView } from '../replies/place.ts'
import type { ApiLocation } from './api-location.ts'
import { plainText } from '../replies/text-values.ts'

/** The page of a list to ask for. */
export interface Page {
  readonly number: number
  /** Items on the pages before. */
  readonly seen: number
  /** URLs and cursors already asked for: coming back to one is a loop. */
  readonly visited: SeenTexts
  /** The whole body of the page before, as a digest. */
  readonly before?: string | undefined
  /** The items of that page, as a digest, and how many pages before it had the same. */
  readonly items?: string | undefined
  readonly alike: number
  /** Gives the URL of the page. */
  readonly change: (url: URL) => URL
  /** Whether the page just read was the same as the one before: the server does not count pages. */
  readonly repeats?: boolean
  /** It is not to be asked for: the server goes round in a circle. */
  readonly endless?: boolean
}

/**
 * Pages in a row with the very same items, or without any, after which a list does not end: a server
 * may give one id to several tokens, and leave out what one may not see.
 */
const mostAlike = 10
const mostEmpty = 100

/** The first page. */
export function startPages(plan: PagePlan | undefined): Page {
  const first = plan?.first ?? (plan?.step === 'offset' ? 0 : 1)
  const counted = plan?.step !== undefined && plan.first !== undefined
  return {
    number: 1,
    seen: 0,
    visited: new SeenTexts(),
    alike: 0,
    change: (url) => withQuery(url, plan, counted ? String(first) : undefined),
  }
}

/** The page after the one just read; `undefined` when that was the last. */
export function nextPage(
  page: Page,
  plan: PagePlan | undefined,
  { reply }: Accepted,
  entries: readonly ReplyView[],
  location: ApiLocation,
  values: TemplateValues,
): Page | undefined {
  if (plan === undefined) return undefined
  const { headers, url, body } = reply
  const view: ReplyView = { headers, url, body, values }
  if (plan.more !== undefined && !holds(plan.more, reply.status, view)) return undefined
  const items = entries.length
  const seen = page.seen + items
  const step = stepAfter(page, plan, view, items, seen, location)
  if (step === undefined) return undefined
  const { mark, change } = step
  const content = digest(entries.map((entry) => [entry.key, entry.body]))
  const alike = content === page.items ? page.alike + 1 : 0
  const endless = page.visited.add(mark) || alike >= (items === 0 ? mostEmpty : mostAlike) - 1
  // Only a server that counts no pages is asked by number for what it has given already.
  const before = plan.step === undefined ? undefined : digest(body)
  const repeats = before !== undefined && before === page.before
  const { number, visited } = page
  const known = { number: number + 1, seen, visited, before, items: content, alike }
  return { ...known, change, repeats, endless }
}

interface Step {
  readonly mark: string
  readonly change: (url: URL) => URL
}

function stepAfter(
  page: Page,
  plan: PagePlan,
  view: ReplyView,
  items: number,
  seen: number,
  location: ApiLocation,
): Step | undefined {
  if (plan.link === true || plan.url !== undefined) {
    const found = plan.link === true ? linkedNext(view) : plainText(findValue(plan.url, view))
    if (found === undefined) return undefined
    const url = followUrl(found, view.url, location)
    return { mark: url.href, change: () => url }
  }
  if (plan.cursor !== undefined) {
    const cursor = plainText(findValue(plan.cursor, view))
    if (cursor === undefined) return undefined
    return { mark: cursor, change: (url) => withQuery(url, plan, cursor) }
  }
  if (items === 0 || (plan.size !== undefined && items < plan.size)) return undefined
  const first = plan.first ?? (plan.step === 'offset' ? 0 : 1)
  const count = String(first + (plan.step === 'offset' ? seen : page.number))
  return { mark: count, change: (url) => withQuery(url, plan, count) }
}

function withQuery(url: URL, plan: PagePlan | undefined, value: string | undefined): URL {
  const changed = new URL(url)
  if (plan?.sizeQuery !== undefined && plan.size !== undefined) {
    changed.searchParams.set(plan.sizeQuery, String(plan.size))
  }
  if (plan?.query !== undefined && value !== undefined) changed.searchParams.set(plan.query, value)
  return changed
}

/** The target of `rel="next"` in the Link headers (RFC 8288). */
function linkedNext({ headers }: ReplyView): string | undefined {
  const links = headers.filter(([name]) => name.toLowerCase() === 'link').map(([, value]) => value)
  for (const match of links.join(',').matchAll(/<([^<>]*)>([^<]*)/g)) {
    if (/;\s*rel\s*=\s*("([^"]*\s)?next(\s[^"]*)?"|next\b)/i.test(match[2] ?? '')) return match[1]
  }
  return undefined
}

function digest(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(value) ?? '')
    .digest('base64')
}
