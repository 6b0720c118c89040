import { isObject } from '../../core/json.ts'
import type { Http, HttpReply, HttpRequest } from '../../core/ports.ts'
import { redactForeign } from '../../core/secret.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'

/** One request and its reply, as they can be shown: shapes instead of values that may be secret. */
export interface Traffic {
  readonly sent: string
  readonly headers: readonly string[]
  readonly body?: string | undefined
  readonly received: string
}

/** The connection to the provider; what goes and comes by it is written down. */
export function recordTraffic(http: Http, traffic: Traffic[]): Http {
  return async (request) => {
    const reply = await http(request).catch((error: unknown) => {
      traffic.push({ ...describeRequest(request), received: words.providerTest.noReply() })
      throw error
    })
    traffic.push({ ...describeRequest(request), received: describeReply(reply) })
    return reply
  }
}

function describeRequest({ method, url, headers, body }: HttpRequest) {
  const query = [...url.searchParams.keys()].map((name) => `${name}=...`).join('&')
  const names = (headers ?? []).map(([name]) => name)
  return {
    sent: redactForeign(`${method} ${url.pathname}${query === '' ? '' : `?${query}`}`),
    headers: names,
    body: body === undefined ? undefined : shapeOfText(body),
  }
}

function describeReply({ status, body }: HttpReply): string {
  return body === '' ? words.providerTest.noBody(status) : `${status} ${shapeOfText(body)}`
}

function shapeOfText(text: string): string {
  try {
    return display(shapeOf(JSON.parse(text), 0), 400)
  } catch {
    return words.providerTest.textOf(text.length)
  }
}

/** The shape of a JSON value: its keys, and what kind of value each has. */
function shapeOf(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return words.providerTest.textValue(value.length)
  if (typeof value === 'number') return words.providerTest.numberValue()
  if (depth > 6) return '...'
  if (Array.isArray(value)) {
    return value.length === 0
      ? '[]'
      : `[${shapeOf(value[0], depth + 1)}${value.length > 1 ? `, ... ${words.providerTest.inAll(value.length)}` : ''}]`
  }
  if (!isObject(value)) return words.providerTest.nothingValue()
  const entries = Object.entries(value).map(
    ([key, item]) => `${redactForeign(key)}: ${shapeOf(item, depth + 1)}`,
  )
  return `{ ${entries.join(', ')} }`
}
