import { hasNoUser } from '../../../core/base-url.ts'
import { ToknError } from '../../../core/errors.ts'
import type { HttpReply, HttpRequest } from '../../../core/ports.ts'
import { quoteWord } from '../../../core/quoting.ts'
import { quoteForeign } from '../../../core/secret.ts'
import { words } from '../../../messages/words.ts'
import { headerOf } from '../../replies/body.ts'

/** Redirects that one document may lead through. */
const mostRedirects = 3

// RFC 9110 section 15.4; 304 and the rest lead nowhere.
const leading: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Whether a request carries nothing that a redirect could carry elsewhere. */
export function isPublic({ method, headers = [], body }: HttpRequest): boolean {
  return method === 'GET' && body === undefined && headers.every(([name]) => name === 'accept')
}

/**
 * The reply to a public request, behind redirects to other paths of its origin. Throws
 * `provider_nonsense` for one to anywhere else, or one too many.
 */
export async function followWithinOrigin(
  send: (request: HttpRequest) => Promise<HttpReply>,
  request: HttpRequest,
): Promise<HttpReply> {
  const { origin } = request.url
  let { url } = request
  for (let redirects = 0; ; redirects++) {
    const reply = await send({ ...request, url, redirectIsReply: true })
    if (reply.status < 300 || reply.status >= 400) return reply
    if (redirects === mostRedirects)
      throw refused(reply, words.oauthServer.endlessRedirects(origin))
    url = nextOf(reply, url, origin)
  }
}

function nextOf(reply: HttpReply, url: URL, origin: string): URL {
  const location = headerOf(reply.headers, 'location') ?? ''
  const target = URL.canParse(location, url.href) ? new URL(location, url) : undefined
  if (location === '' || target === undefined || !leading.has(reply.status)) {
    throw refused(reply, words.oauthServer.redirectedNowhere(origin, reply.status))
  }
  target.hash = ''
  if (target.origin === origin && hasNoUser(target)) return target
  const elsewhere = target.origin === 'null' ? target.protocol : target.origin
  const shown = quoteForeign(elsewhere, 120)
  const said = words.oauthServer.redirectedElsewhere(origin, shown, quoteWord(shown))
  throw refused(reply, said)
}

function refused(
  { status }: HttpReply,
  said: ConstructorParameters<typeof ToknError>[1],
): ToknError {
  return new ToknError('provider_nonsense', said, { http: { status }, sent: true })
}
