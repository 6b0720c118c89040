import type { Command } from 'commander'
import { isFailure, ToknError } from '../core/errors.ts'
import type { ChildRequest, HeadCheck, Route } from '../core/process.ts'
import type { CallRefusals } from '../core/call-refusals.ts'
import type { SessionRecord } from '../core/record.ts'
import { openSession, type Session } from '../session/session.ts'
import { attachToken } from '../session/attach-token.ts'
import { checkOrigin, checkOrigins } from '../session/check-origin.ts'
import { withNamedHints } from '../session/naming.ts'
import type { Context } from './context.ts'
import { mayReadInput, readCurlArguments, writeOptions } from './curl/arguments.ts'
import { curlRequestConfig } from './curl/config.ts'
import { passedOn } from './curl/options.ts'
import type { Amends } from './curl/proof.ts'
import { mayRepeat, printsElsewhere, printsHead, replyOf } from './curl/replies.ts'
import { fitToSession, type Fitted } from './curl/session.ts'
import { complete } from './flags/declare.ts'
import { freshFlags, sessionFlags } from './flags/table.ts'
import { words } from '../messages/words.ts'
import { freshRecord, type FreshFlags } from './token.ts'

export function curlCommand(program: Command, context: Context, run = runCurl): void {
  complete(program, 'curl', {
    rest: 'CURL_ARGUMENTS...',
    flags: [...freshFlags, ...sessionFlags],
    answers: false,
    text: () => ({ ...words.help.curl, notes: words.help.curlNotes(describeOptions()) }),
    examples: [
      'tokn curl web -- https://serviceapi.hoster.by/cloud/orders',
      'tokn curl vis -- -F file=@car.jpg https://smarty.mail.ru/api/v1/objects/detect',
    ],
  }).action(async (profile: string | undefined, flags: FreshFlags) => {
    context.exitWith(await run(context, profile, flags))
  })
}

/** Which options of curl are passed on: a list, since there is no rule by which one could tell. */
function describeOptions(): string {
  const names = [...passedOn.keys()].toSorted()
  const lines = names.reduce<readonly string[]>(
    (all, name) => {
      const last = all.at(-1) ?? ''
      return last.length + name.length > 96
        ? [...all, `  ${name}`]
        : [...all.slice(0, -1), `${last} ${name}`]
    },
    [' '],
  )
  return lines.join('\n')
}

export async function runCurl(
  context: Context,
  positional: string | undefined,
  flags: FreshFlags,
): Promise<number> {
  if (context.rest === undefined || context.rest.length === 0) {
    throw new ToknError('usage', words.curl.nothingAsked())
  }
  const asked = readCurlArguments(context.rest)
  const { session, record, fromAgent } = await freshRecord(
    context,
    positional,
    flags,
    (provider, profile) => {
      const { origins } = provider
      for (const url of asked.urls) checkOrigin({ origins, profileId: profile.id }, url)
    },
  )
  const { ports, profile } = session
  await checkOrigins(context.ports(flags), record, asked.urls)
  const bound = record.attach.bound === true
  if (bound) (await import('./curl/proof.ts')).checkProvable(asked)
  const fitted = fitToSession(asked, attachToken(record), bound, (path) =>
    ports.readFile(path).reveal(),
  )
  const route = await context.route(flags, profile, fitted.urls)
  try {
    const made = await requestFor(session, record, fitted, route, undefined)
    const terminal = context.terminal.outIsTerminal
    if (bound) {
      const headCheck = proofCheck(session, record, fitted, route, terminal)
      return await context.runChild({ ...made, headCheck })
    }
    const watch = mayRepeat(fitted) ? await findWatch(session, flags) : undefined
    if (watch === undefined) return await context.runChild(made)
    const notes = fromAgent === true ? withoutWarnings(session) : session
    return await runWatched(context, session, watch, record, { fitted, route, made, notes })
  } finally {
    route.close()
  }
}

/** What an answer is looked at for. */
interface Watch {
  /** Absent where none would be followed by another token. */
  readonly refusals: CallRefusals | undefined
}

/** `undefined` where the definition is gone, or none is known: the token is sent as it was kept. */
async function findWatch(
  { ports, profile, source }: Session,
  { refresh }: FreshFlags,
): Promise<Watch | undefined> {
  if (source === 'environment') return undefined
  try {
    const refusals = await ports.callRefusals(profile)
    return { refusals: refresh === 'never' ? undefined : refusals }
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}

/** A session that an agent has given: its store may be out of reach here, which is nothing to tell. */
function withoutWarnings({ ports, profile }: Session): Session {
  return openSession({ ...ports, warn: () => undefined }, profile)
}

/** What an answer that refuses a proof is followed by: the request with another one. */
function proofCheck(
  session: Session,
  record: SessionRecord,
  fitted: Fitted,
  route: Route,
  terminal: boolean,
): HeadCheck {
  return {
    ...checkOf(fitted, terminal),
    again: async (head) => {
      if (/^HTTP\/\S+ 403\b/.test(head)) {
        const { stepUp } = await import('./curl/step-up.ts')
        const said = stepUp(session, record, head)
        if (said !== undefined) session.ports.warn(said)
      }
      const { amendsFor } = await import('./curl/proof.ts')
      const amends = amendsFor(head, session.ports.clock.now())
      return amends === undefined
        ? undefined
        : await requestFor(session, record, fitted, route, amends)
    },
  }
}

interface Watched {
  readonly fitted: Fitted
  readonly route: Route
  readonly made: ChildRequest
  /** The session to note in what was seen of its token. */
  readonly notes: Session
}

/**
 * Runs curl with an eye on its answer: where the API says that the token is dead, the session is
 * refreshed and the request made once more; where use prolongs the session, that is noted.
 */
async function runWatched(
  context: Context,
  session: Session,
  { refusals }: Watch,
  record: SessionRecord,
  { fitted, route, made, notes }: Watched,
): Promise<number> {
  const slides = record.expiry.state === 'at' && record.expiry.sliding === true
  const [url] = fitted.urls
  if (url === undefined || (refusals === undefined && !slides)) return await context.runChild(made)
  const sentAt = session.ports.clock.now()
  const bodyIsSeen = !printsElsewhere(fitted.options)
  let used = false
  const headCheck: HeadCheck = {
    ...checkOf(fitted, context.terminal.outIsTerminal),
    headIncluded: printsHead(fitted.options),
    needsBody: (head) => bodyIsSeen && refusals?.needsBody(replyOf(head).status) === true,
    again: async (head, body) => {
      const reply = replyOf(head, body)
      const dead = refusals?.isDead(reply, url) === true
      used = !dead && reply.status >= 200 && reply.status < 300
      if (!dead) return undefined
      const { replaceRefused } = await import('./curl/refused.ts')
      const next = await replaceRefused(session, record, notes)
      if (next === undefined) return undefined
      checkOrigin(next, url)
      return await requestFor(session, next, fitted, route, undefined)
    },
  }
  const status = await context.runChild({ ...made, headCheck })
  if (used && slides) await notes.prolong(record, sentAt)
  return status
}

function checkOf(
  fitted: Fitted,
  outIsTerminal: boolean,
): Pick<HeadCheck, 'args' | 'copy' | 'onTerminal'> {
  const onTerminal = outIsTerminal && !hasOutput(fitted)
  return {
    onTerminal,
    args: trialArgs(fitted, onTerminal),
    copy: fitted.options.findLast(({ name }) => name === 'dump-header')?.value,
  }
}

/** What proves possession of the key that the token is bound to, for the one request that it holds for. */
async function proofFor(
  { ports, profile }: Session,
  record: SessionRecord,
  options: Fitted['options'],
  url: URL,
  amends: Amends | undefined,
): Promise<Readonly<Record<string, string>> | undefined> {
  const { methodOf } = await import('./curl/proof.ts')
  const provider = await ports.provider(profile)
  const now = ports.clock.now() + (amends?.ahead ?? 0)
  return await withNamedHints(
    profile,
    async () => await provider.prove?.(record, methodOf(options), url, now, amends?.nonce),
  )
}

async function requestFor(
  session: Session,
  record: SessionRecord,
  { urls, options, headers, cookies }: Fitted,
  route: Route,
  amends: Amends | undefined,
): Promise<ChildRequest> {
  const attached = attachToken(record)
  const [url] = urls
  const bound = record.attach.bound === true
  const proof =
    url !== undefined && bound ? await proofFor(session, record, options, url, amends) : undefined
  const withProof = { ...attached, headers: [...attached.headers, ...Object.entries(proof ?? {})] }
  return {
    command: 'curl',
    bare: true,
    // First, so that no configuration of the user's own redirects or prints.
    args: ['--disable', '--config', ...ownArgs(urls, route), ...writeOptions(options)],
    pipe: {
      at: 2,
      text: curlRequestConfig({ carried: withProof, headers, cookies, urls, route }),
      input: !mayReadInput(options),
    },
  }
}

/** What holds for every request. It is told as arguments, since an old curl only warns of a configuration. */
function ownArgs(urls: readonly URL[], { proxy }: Route): readonly string[] {
  const plain = urls.some(({ protocol }) => protocol === 'http:')
  const inside = proxy === undefined ? [] : ['--suppress-connect-headers']
  return ['--globoff', '--proto', plain ? '=http,https' : '=https', '--tlsv1.2', ...inside]
}

function hasOutput({ options }: Fitted): boolean {
  return options.some(({ name }) => /^(output|remote-name)$/.test(name))
}

function trialArgs({ options }: Fitted, onTerminal: boolean): readonly string[] {
  // As curl does by itself where it writes to a terminal, which it does not see here.
  // What is waited for is to come as it comes, and what is shown then, too.
  const unbuffered = options.some(({ name }) => /^(no-)?buffer$/.test(name)) ? [] : ['--no-buffer']
  const quiet = onTerminal ? ['--no-progress-meter'] : []
  return [...unbuffered, ...quiet, '--dump-header']
}
