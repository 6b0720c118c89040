import { isFailure } from '../../core/errors.ts'
import type { CallReply, Provider } from '../../core/provider.ts'
import type { SessionRecord } from '../../core/record.ts'
import { words } from '../../messages/words.ts'
import { holderInWords } from '../../session/naming.ts'
import { rememberEnd } from '../../session/heard-end.ts'
import { replaceRejected } from '../../session/replace-rejected.ts'
import { loginAnew } from '../../session/standing.ts'
import type { Session } from '../../session/session.ts'
import { mayReadInput, type CurlArguments } from './arguments.ts'
import type { CurlOption } from './arguments.ts'

// With these the second run would not do what the first did: the file of the first is in its way.
const onceOnly = /^(no-clobber|skip-existing|continue-at|remote-header-name)$/

/** Whether a request can be made twice: it is one alone, and nothing of it is read from a stream. */
export function mayRepeat({ urls, options }: CurlArguments): boolean {
  return urls.length === 1 && !mayReadInput(options) && !options.some(isOnceOnly)
}

function isOnceOnly({ name }: CurlOption): boolean {
  return onceOnly.test(name)
}

/** Whether curl prints the heads of an answer before its body. */
export function printsHead(options: readonly CurlOption[]): boolean {
  return options.some(({ name }) => /^(include|show-headers)$/.test(name))
}

/** Whether the body of an answer goes to a file. */
export function printsElsewhere(options: readonly CurlOption[]): boolean {
  return options.some(({ name, value }) => {
    if (name === 'output') return value !== '-'
    return /^(remote-name|remote-name-all|out-null|head)$/.test(name)
  })
}

/** The answer as the provider's rules look at it. */
export function replyOf(head: string, body?: string): CallReply {
  const [first = '', ...lines] = head.split(/\r?\n/)
  const headers = lines.flatMap((line) => {
    const at = line.indexOf(':')
    return at < 1 ? [] : [[line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const]
  })
  return { status: Number(/^HTTP\/\S+ (\d{3})/.exec(first)?.[1]), headers, body }
}

/** Whether a token of the session could be replaced, for one that the API refuses. */
export function mayReplace(
  { source }: Session,
  { callRefusals }: Pick<Provider, 'callRefusals'>,
  refresh: string | undefined,
): boolean {
  return callRefusals !== undefined && refresh !== 'never' && source !== 'environment'
}

/**
 * Another token for one that the API refuses: the one that another process has got meanwhile, or a
 * refreshed one. `undefined`, with a warning, where there is none.
 */
export async function replaceRefused(
  session: Session,
  refused: SessionRecord,
): Promise<SessionRecord | undefined> {
  const { ports } = session
  try {
    return (await replaceRejected(session, refused)).record
  } catch (error) {
    if (!isFailure(error)) throw error
    const ended = await rememberEnd(session, refused, words.curl.saidDead())
    const hint = ended ? loginAnew(session, refused) : error.hint
    ports.warn(words.curl.refusedForGood(holderInWords(session.profile), error.message, hint))
    return undefined
  }
}
