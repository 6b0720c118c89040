import { plainFlags } from '../commands/flags/plain.ts'
import { readWords } from '../commands/flags/read-words.ts'
import type { FlagsOf } from '../commands/flags/table.ts'
import { headerText, tokenLine, valueText } from '../commands/output/plain.ts'
import { parseDuration } from '../core/duration.ts'
import type { HandedOut } from '../core/handed-out.ts'
import { isProfileName } from '../core/profile-name.ts'
import { nameConfiguration } from '../io/agent/configuration.ts'
import { locateAgent } from '../io/agent/locate.ts'
import type { Reply } from '../io/agent/reply.ts'
import { homeOf, locateFolders } from '../io/files/base-folders.ts'
import { elapsed, wallTime } from '../io/files/elapsed.ts'
import { isPerhapsBound } from '../io/files/folders-above.ts'
import type { Environment } from '../io/files/paths.ts'
import { isTerminal } from '../io/terminal/is-terminal.ts'
import { attachToken, headerLines } from '../session/attach-token.ts'
import {
  isBelievable,
  patienceWith,
  readDocument,
  readSession,
  targetOf,
  type Beforehand,
} from './agent-question.ts'
import { defaultTimeout } from './default-timeout.ts'

/** What a script asks for in a loop, plainly. */
interface Wish {
  /** Empty: the agent knows which. */
  readonly name: string
  /** Milliseconds. */
  readonly minTtl: number | undefined
  readonly store: string | undefined
  readonly quiet: boolean
  /** `undefined` where the token does not travel in a way that can be told so. */
  render(held: HandedOut): string | undefined
}

// What these say is said by an agent's answer, by what is asked of it, or by nobody here.
const known: ReadonlySet<string> = new Set([
  ...['TOKN_AGENT_SOCK', 'TOKN_PROFILE', 'TOKN_STORE', 'TOKN_MIN_TTL', 'TOKN_EXPIRES_AT'],
  ...['TOKN_STORE_KEY', 'TOKN_STORE_KEY_FILE', 'TOKN_PASSPHRASE', 'TOKN_PASSPHRASE_FILE'],
  ...['TOKN_ACCESS_TOKEN', 'TOKN_NO_COLOR', 'TOKN_NO_INPUT', 'TOKN_EXEC'],
])

/** Those of them that are read here. */
const readHere = ['TOKN_PROFILE', 'TOKN_STORE', 'TOKN_MIN_TTL']

/** With them the program itself has something to say, or to do. */
const decisive = ['NODE_OPTIONS', 'NODE_DEBUG', 'SUDO_UID', 'GITHUB_ACTIONS']

const tokenFlags = ['profile', 'minTtl', 'output', 'quiet', 'bare'] as const
const headerFlags = ['profile', 'minTtl', 'output', 'quiet'] as const

/**
 * Asks an agent that is running for what a script asks for in a loop, without anything that only
 * others need: the program takes longer to load than all of this. `text` is the answer; where there is
 * none, what has come of it is for the program to go on with, and `undefined` for it to begin with.
 */
export async function askBeforehand(
  words: readonly string[],
  environment: Environment,
): Promise<(Beforehand & { readonly text?: string | undefined }) | undefined> {
  const wish = isPlain(environment) ? readWish(words, environment) : undefined
  const home = homeOf(environment)
  if (wish === undefined || home === undefined) return undefined
  const { notedHome, ...folders } = locateFolders(environment, home)
  const place = locateAgent(environment, notedHome)
  if (place === undefined || typeof place === 'string' || place.problem !== undefined) {
    return { place }
  }
  const { path, named } = place
  const { name, minTtl, store, quiet } = wish
  // A folder may say which profile, and the agent of a job has a session without any.
  const nameless = name === '' && (named || isPerhapsBound())
  // A person is told more.
  if (nameless || isTerminal(1)) return { place }
  const configuration = named ? undefined : nameConfiguration(folders, environment)
  const target = targetOf(name, { minTtl }, store, configuration, quiet)
  const { exchange } = await import('../io/agent/exchange.ts')
  const end = defaultTimeout - elapsed()
  const begin = patienceWith(named, end)
  const reply = await exchange({ socket: path, target, begin, end })
  const text = typeof reply === 'string' ? undefined : readText(reply, wish, named)
  return text === undefined ? { place, answer: { target, reply } } : { place, text }
}

/** Whether nothing in the environment is left to the program. */
function isPlain(environment: Environment): boolean {
  return (
    decisive.every((name) => (environment[name] ?? '') === '') &&
    readHere.every((name) => /^[\w.-]*$/.test(environment[name] ?? '')) &&
    Object.keys(environment).every(
      (name) => !name.startsWith('TOKN_') || known.has(name) || environment[name] === '',
    )
  )
}

/** `undefined` for any words but the plainest. Throws `usage` for what is no duration. */
function readWish(
  [command, ...words]: readonly string[],
  { TOKN_PROFILE: chosen, TOKN_STORE: store, TOKN_MIN_TTL: life }: Environment,
): Wish | undefined {
  if (command !== 'token' && command !== 'header') return undefined
  const given = readWords(words, command === 'token' ? tokenFlags : headerFlags, plainFlags)
  if (given === undefined) return undefined
  const { positional } = given
  const flags = given.flags as FlagsOf<(typeof tokenFlags)[number]>
  const typed = positional ?? flags.profile
  const name = typed ?? chosen ?? ''
  const render =
    command === 'token' ? renderToken(flags.output, flags.bare) : renderHeader(flags.output)
  const twice = positional !== undefined && flags.profile !== undefined
  if (render === undefined || twice || !(isProfileName(name) || (name === '' && typed !== ''))) {
    return undefined
  }
  const minTtl = flags.minTtl ?? (life === '' ? undefined : life)
  return {
    name,
    minTtl: minTtl === undefined ? undefined : parseDuration(minTtl, '--min-ttl', true),
    store: store === '' ? undefined : store,
    quiet: flags.quiet === true,
    render,
  }
}

function renderToken(format = 'raw', bare = false): Wish['render'] | undefined {
  if (format !== 'raw') return undefined
  return ({ access }) => (bare ? access : tokenLine(access))
}

function renderHeader(format = 'header'): Wish['render'] | undefined {
  if (format !== 'header' && format !== 'value') return undefined
  return ({ access, attach }) => {
    const attached = attachToken({ attach, access: { reveal: () => access } })
    if (attach.bound === true || headerLines(attached).length === 0) return undefined
    return format === 'value' ? valueText(attached) : headerText(attached)
  }
}

/** `undefined` for anything but a session with its token, and nothing to tell besides. */
function readText(
  { status, body }: Reply,
  { name, render }: Wish,
  named: boolean,
): string | undefined {
  const document = status === 200 ? readDocument(body) : undefined
  const told = document && readSession(document)
  if (told === undefined || !isBelievable(told, name, named, wallTime())) return undefined
  const { warnings } = document ?? {}
  return Array.isArray(warnings) && warnings.length === 0 ? render(told.held) : undefined
}
