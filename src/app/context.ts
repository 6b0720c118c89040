import type { CommonFlags, Context, RequestFlags, SessionFlags } from '../commands/context.ts'
import { wantsJson } from '../commands/output/json.ts'
import { parseDuration } from '../core/duration.ts'
import { ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { Secret } from '../core/secret.ts'
import { whenNeeded } from '../core/when-needed.ts'
import { words as texts } from '../messages/words.ts'
import { openVariables, readStoreKind } from './variables.ts'
import { withPlace } from './explain.ts'
import { isTerminal, widthOf } from '../io/terminal/is-terminal.ts'
import { isReadOnce, readTextInput, readValueFile, readValueInput } from '../io/terminal/input.ts'
import { asWarning, showLines, writeLines } from '../io/terminal/output.ts'
import { writeAll } from '../io/terminal/write-all.ts'
import { elapsed } from '../io/files/elapsed.ts'
import { locatePaths, type Environment, type Paths } from '../io/files/paths.ts'
import { parseProxy } from '../io/http/proxy-url.ts'
import { canAsk, columnsOf, openColours } from '../io/terminal/terminal.ts'
import { namesIn } from './command-words.ts'
import { openFolderChoice } from './folder-choice.ts'
import { openAgentUses, sessionOfJob } from './agent-uses.ts'
import { openAnnouncement } from './announcement.ts'
import { openPassphrase } from './passphrase.ts'
import { describeVariables } from './described-variables.ts'
import { openPorts, type PortsRequest } from './ports.ts'
import { storeCatalog } from '../stores/catalog.ts'
import { readProcessOptions } from './process-options.ts'
import type { Beforehand } from './agent-question.ts'
import type { FarContext } from './far-context.ts'
import type { Hints } from './hints.ts'
import type { ProfileChoice } from '../session/choose-profile.ts'
import type { LoginCheck } from '../session/login/login-from-environment.ts'
import type { Ports } from '../session/ports.ts'
import { selectSession } from '../session/select-session.ts'
import type { Session } from '../session/session.ts'

export interface Invocation {
  readonly environment: Environment
  readonly program: string
  readonly words: readonly string[]
  readonly rest: readonly string[] | undefined
  /** Gets the warnings of a command whose errors are told in JSON; others are written at once. */
  readonly warnings: string[]
  readonly hints: Hints
  /** Absent: nothing was done before the program was loaded. */
  readonly beforehand?: Beforehand | undefined
}

/** The members of a context that are loaded for the command that needs one of them. */
export const farNames = [
  'folders',
  'configurations',
  'interaction',
  'announcer',
  'confirm',
  'select',
  'definitions',
  'providers',
  'runSelf',
  'examine',
  'traces',
  'stepFiles',
  'storeKeys',
  'portsFrom',
  'agent',
  'refreshFleet',
  'startSandbox',
  'typedName',
  'ownLine',
  'startFolder',
  'setupWorld',
  'watchInterruption',
  'temporaryFolder',
] as const satisfies (keyof Context)[]

/** What of the flags decides how the ports are made. */
function portsKey(flags: RequestFlags): string {
  const { configDir, timeout, ca, proxy, debug, quiet, input } = flags
  return JSON.stringify([configDir, timeout, ca, proxy, debug, quiet, input])
}

/** A login is what a dry run must not do, and without one there is no session to look at. */
function noLogin(): never {
  throw new ToknError('usage', texts.commands.dryRunLogsIn())
}

/** The context of one invocation. Everything in it is made when it is first used. */
export function createContext(
  invocation: Invocation,
): Context & { status(): number; explain(error: unknown): unknown } {
  const { environment, program, words, rest, warnings, hints, beforehand } = invocation
  const variables = openVariables(environment, readValueFile, isReadOnce)
  const folder = openFolderChoice(hints.note)
  const made = new Map<string, Ports>()
  const stores: PortsRequest['stores'] = new Map()
  const opened: PortsRequest['opened'] = {}
  const sessions = new Map<string, Promise<Session>>()
  const announcement = openAnnouncement(writeLines)
  let inForce: PortsRequest['inForce']
  let exit = 0
  // With this process: what it took to get here counts.
  let startedAt = 0
  let passphrase: ReturnType<typeof openPassphrase> | undefined
  const context: Context = {
    terminal: {
      out: (text) => writeAll(1, text),
      show: showLines,
      say: (text) => writeLines(hints.complete(text)),
      mask: async (...secrets) => {
        if (environment['GITHUB_ACTIONS'] === undefined) return
        ;(await import('../io/terminal/log-masks.ts')).openMask(environment)(...secrets)
      },
      get outIsTerminal() {
        return isTerminal(1)
      },
      get width() {
        return widthOf(1)
      },
      pageWidth: (descriptor) => widthOf(descriptor) ?? columnsOf(environment) ?? 80,
      colours: (flags) => openColours(1, environment, flags.color),
      readSecret: async (what) => new Secret(readValueInput(what)),
      readText: async (what) => readTextInput(what),
      readSecretFile: async (path) => new Secret(readValueFile(path, 'the secret')),
    },
    words,
    rest,
    checkFlags: async (flags, positional) => {
      const { ca, cert, key, proxy, store, timeout } = flags
      readStoreKind(store, '--store')
      if (timeout !== undefined) parseDuration(timeout, '--timeout')
      // One of the pair may be that of the profile.
      const pair = cert !== undefined && key !== undefined ? { certificate: cert, key } : {}
      if (ca !== undefined || cert !== undefined) {
        ;(await import('../io/http/trust.ts')).openTrust({ ca, ...pair })
      }
      if (proxy !== undefined) parseProxy(proxy)
      if (variables.holding('store_url') !== undefined) await lookInForce(flags, positional, true)
    },
    ports: portsFor,
    route: async (flags, { ca, proxy, certificate, key }, urls) => {
      const { openRoute } = await import('../io/http/route.ts')
      const settings = { ca: flags.ca ?? ca, proxy: flags.proxy ?? proxy, certificate, key }
      return await openRoute({ ...settings, environment }, urls)
    },
    choice: (flags, positional) => {
      const choice = { positional, flag: flags.profile, environment: variables.profile }
      const name = positional ?? flags.profile ?? choice.environment ?? ''
      if (name !== '') hints.note(name)
      return { ...choice, folder: () => folder.find(portsFor(flags).warn) }
    },
    completed: hints.complete,
    session: async (flags, positional, check) => {
      if (inForce !== undefined) await lookInForce(flags, positional)
      const ports = portsFor(flags)
      const choice = context.choice(flags, positional)
      // One command logs in once, however many variables of a child want its token.
      const key = JSON.stringify([portsKey(flags), flags.store, choice])
      const session =
        sessions.get(key) ??
        findSession(flags, ports, choice, flags.dryRun === true ? noLogin : check)
      sessions.set(key, session)
      return await session
    },
    ...openAgentUses({
      portsFor,
      requestFor,
      choiceOf: (flags, positional) => context.choice(flags, positional),
      variables,
      knownPassphrase: () => passphrase,
    }),
    environment: describeVariables(variables, environment),
    ...openFar(),
    announce: announcement.set,
    sayAnnounced: announcement.say,
    storeKind: (flags, kept) => readStoreKind(flags.store, '--store') ?? storeByVariables(kept),
    caller: async () =>
      (await import('./caller.ts')).openCaller(invocation, explain, () => (startedAt = elapsed())),
    exitWith: (status) => {
      exit = status
    },
    runChild: async (request) =>
      await (await import('../io/process/child.ts')).runChild(request, environment),
  }
  return { ...context, status: () => exit, explain }

  function explain(error: unknown): unknown {
    return folder.explain(withPlace(error, environment))
  }

  function storeByVariables(kept?: StoreKind): StoreKind {
    if (kept !== undefined && variables.storeVariable !== 'TOKN_STORE') return kept
    return inForce?.kind ?? variables.store ?? storeCatalog.usual
  }

  function openFar(): FarContext {
    const near = { environment, program, variables, announcement, portsFor, requestFor, pathsFor }
    return whenNeeded(farNames, async () => {
      const { openFarContext } = await import('./far-context.ts')
      return openFarContext({ ...near, storeKind: context.storeKind })
    })
  }

  async function askHidden(label: string): Promise<string> {
    announcement.say()
    const { openPrompts } = await import('../io/terminal/prompts.ts')
    return await (await openPrompts(environment)).askLine(label, { secret: true })
  }

  async function lookInForce(flags: SessionFlags, positional?: string, isFirst = false) {
    const { look } = await import('./look-in-force.ts')
    inForce = await look({
      variables,
      flags,
      positional,
      inForce,
      command: namesIn(words),
      open: () => openPorts(requestFor(flags)),
      mayWait: isFirst && environment['TOKN_AGENT_SOCK'] !== undefined,
      folder: () => folder.find(requestFor(flags).warn)?.name,
    })
  }

  async function findSession(
    flags: SessionFlags,
    ports: Ports,
    choice: ProfileChoice,
    check: LoginCheck | undefined,
  ): Promise<Session> {
    return await selectSession(
      ports,
      choice,
      {
        token: variables.token,
        provider: variables.provider,
        storeOf: ({ store }) => context.storeKind(flags, store),
        open: async (inMemory, profile, token) => {
          const { openGivenToken } = await import('../session/login/given-token.ts')
          return await openGivenToken(inMemory, profile, token, variables)
        },
        job: async () => await sessionOfJob(environment, variables.provider, ports),
        read: variables.read,
        login: async (inMemory, implied = '') => {
          const { loginFromEnvironment } =
            await import('../session/login/login-from-environment.ts')
          const provider = variables.provider ?? implied
          return await loginFromEnvironment(inMemory, provider, variables, check)
        },
      },
      async () => (await import('./in-memory-ports.ts')).openInMemoryPorts(ports),
    )
  }

  function pathsFor(flags: CommonFlags): Paths {
    return locatePaths(environment, { configDirectory: flags.configDir })
  }

  function portsFor(flags: RequestFlags): Ports {
    const key = portsKey(flags)
    const ports = made.get(key) ?? openPorts(requestFor(flags))
    made.set(key, ports)
    return ports
  }

  function requestFor(flags: RequestFlags): PortsRequest {
    return {
      ...readProcessOptions(flags, variables, environment),
      environment,
      program,
      command: ['tokn', ...namesIn(words).slice(0, 1)].join(' '),
      storeKey: () => variables.readSecret('store_key'),
      storeUrl: () => variables.storeUrl,
      storePassword: () => variables.readSecret('store_password'),
      passphrase: async (question) => await passphraseFor(flags)(question),
      fromEnvironment: variables.read,
      givenVariables: variables,
      interaction: async () => await context.interaction(flags),
      quiet: flags.quiet,
      asksAgent: true,
      beforehand,
      stores,
      opened,
      inForce,
      startedAt: () => startedAt,
      warn: (said) => {
        if (flags.quiet === true) return
        const text = hints.complete(said)
        if (wantsJson(flags)) warnings.push(text)
        else writeLines(asWarning(text))
      },
    }
  }

  function passphraseFor(flags: RequestFlags): ReturnType<typeof openPassphrase> {
    return (passphrase ??= openPassphrase({
      given: () => variables.readSecret('passphrase'),
      ask: canAsk(environment, flags.input) ? askHidden : undefined,
      say: writeLines,
    }))
  }
}
