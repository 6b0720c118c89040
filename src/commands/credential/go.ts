import { isFailure, ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import { headersFor } from './authorization.ts'
import type { Asked, CredentialProtocol, CredentialWorld, GivenToken } from './protocol.ts'

/**
 * go, as a command in GOAUTH: run without a URL before the first request, then with the URL of each
 * request that a server refused, and that answer on standard input. The answer is URLs, an empty line,
 * header lines, an empty line; where there is nothing to give, it is nothing, and go looks elsewhere.
 * Source: `go help goauth`; cmd/go/internal/auth, userauth.go and auth.go.
 */
export const goProtocol: CredentialProtocol = { run: answerGo }

async function answerGo(world: CredentialWorld): Promise<number> {
  const [url, ...more] = world.operands
  if (more.length > 0) throw new ToknError('usage', words.credentialBuild.oneUrl())
  const asked: Asked = url === undefined ? {} : { target: { kind: 'url', url } }
  if (url !== undefined) await rejectRefused(world, asked, url)
  const given = await world.give(asked)
  if (given === undefined) return 0
  if (url?.startsWith('http://') === true) {
    world.say(words.credentialBuild.goHttps(new URL(url).origin))
  }
  world.out(answerOf(given))
  return 0
}

/** go asks with https alone. */
function originsOf(given: GivenToken): readonly string[] {
  return given.origins.filter((origin) => origin.startsWith('https://'))
}

function answerOf(given: GivenToken): string {
  const origins = originsOf(given)
  if (origins.length === 0) return ''
  const headers = headersFor('go', given).map(([name, value]) => `${name}: ${value}`)
  return [...origins, '', ...headers, '', ''].join('\n')
}

/** Milliseconds after which a token that is refused may have been ended, and not only just made. */
const young = 60_000

/**
 * go asks again after every answer of 400 to 499, and a module that is not there is one of them. Only
 * a 401 to a request that had a token says something of it, and only the profile that answers without
 * a URL has one sent with a first request. Several requests may have gone out with the same token: what
 * was made about then, or after, is not the one that was refused.
 */
async function rejectRefused(world: CredentialWorld, asked: Asked, url: string): Promise<void> {
  const response = await world.readInput()
  if (!/^HTTP\/\d(?:\.\d)? 401(?!\d)/.test(response)) return
  const sent = await giveForFirst(world)
  if (sent === undefined || !originsOf(sent).some((origin) => isBelow(url, origin))) return
  const refusedAt = Date.parse(/^date: (.+)$/im.exec(response)?.[1] ?? '')
  // Also where the server does not say when: nothing then tells that it is not the token before.
  if (!(refusedAt >= sent.record.obtainedAt + young)) return
  await world.reject(asked, sent.access)
}

/** What go was given for its first requests. */
async function giveForFirst(world: CredentialWorld): Promise<GivenToken | undefined> {
  try {
    return await world.give({})
  } catch (error) {
    // Nothing then: that was said to go at the time.
    if (isFailure(error)) return undefined
    throw error
  }
}

function isBelow(url: string, origin: string): boolean {
  return url === origin || url.startsWith(`${origin}/`) || url.startsWith(`${origin}?`)
}
