import type { CommonFlags, Context, RequestFlags, SessionFlags } from '../commands/context.ts'
import { wantsJson } from '../commands/output/json.ts'
import { parseDuration } from '../core/duration.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import type { StoreKind } from '../core/profile.ts'
import { Secret } from '../core/secret.ts'
import { words as texts } from '../messages/words.ts'
import { openVariables, readStoreKind } from './variables.ts'
import { openFiles } from '../io/files/files.ts'
import { isTerminal, widthOf } from '../io/terminal/is-terminal.ts'
import { isReadOnce, readTextInput, readValueFile, readValueInput } from '../io/terminal/input.ts'
import { asWarning, showLines, writeAll, writeLines } from '../io/terminal/output.ts'
import { locatePaths, type Environment, type Paths } from '../io/files/paths.ts'
import { parseProxy } from '../io/http/proxy-url.ts'
import { canAsk, columnsOf, isOn, openColours } from '../io/terminal/terminal.ts'
import { openFolderChoice } from './folder-choice.ts'
import { openAnnouncement } from './announcement.ts'
import { openPassphrase } from './passphrase.ts'
import { describeVariables } from './described-variables.ts'
import { openPorts } from './ports.ts'
import { storeCatalog } from '../stores/catalog.ts'
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
}

/** How long to wait for locks and replies, in milliseconds. */
export const defaultTimeout = 30_000

/** A longer one would overflow the timers of Node, and end at once. */
const longestTimeout = 2 ** 31 - 1

/** What of the flags decides how the ports are made. */
function portsKey(flags: RequestFlags): string {
  const { configDir, timeout, ca, proxy, debug, quiet, input } = flags
  return JSON.stringify([configDir, timeout, ca, proxy, debug, quiet, input])
}

/** A login is what a dry run must not do, and without one there is no session to look at. */
function noLogin(): never {
  throw new ToknError('usage', texts.commands.dryRunLogsIn())
}

/** The name of the command; flags may stand before it, and two of these have a value. */
function commandIn(words: readonly string[]): string {
  const isName = (word: string, index: number) =>
    !word.startsWith('-') && !/^--(config-dir|fields)$/.test(words[index - 1] ?? '')
  return words.find(isName) ?? ''
}

/** The context of one invocation. Everything in it is made when it is first used. */
export function createContext({
  environment,
  program,
  words,
  rest,
  warnings,
  hints,
}: Invocation): Context & { status(): number; explain(error: unknown): unknown } {
  const variables = openVariables(environment, readValueFile, isReadOnce)
  const folder = openFolderChoice(hints.note)
  const made = new Map<string, Ports>()
  const sessions = new Map<string, Promise<Session>>()
  const announcement = openAnnouncement(writeLines)
  let exit = 0
  let passphrase: ReturnType<typeof openPassphrase> | undefined
  const context: Context = {
    terminal: {
      out: (text) => writeAll(1, text),
      show: showLines,
      say: (text) => writeLines(hints.complete(text)),
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
    checkFlags: async ({ ca, cert, key, proxy, store, timeout }) => {
      readStoreKind(store, '--store')
      if (timeout !== undefined) parseDuration(timeout, '--timeout')
      // One of the pair may be that of the profile.
      const pair = cert !== undefined && key !== undefined ? { certificate: cert, key } : {}
      if (ca !== undefined || cert !== undefined) {
        ;(await import('../io/http/trust.ts')).openTrust({ ca, ...pair })
      }
      if (proxy !== undefined) parseProxy(proxy)
    },
    ports: portsFor,
    route: async (flags, { ca, proxy, certificate, key }, urls) => {
      const { openRoute } = await import('../io/http/route.ts')
      const settings = { ca: flags.ca ?? ca, proxy: flags.proxy ?? proxy, certificate, key }
      return openRoute({ ...settings, environment }, urls)
    },
    choice: (flags, positional) => {
      const choice = { positional, flag: flags.profile, environment: variables.profile }
      const name = positional ?? flags.profile ?? choice.environment ?? ''
      if (name !== '') hints.note(name)
      return { ...choice, folder: () => folder.find(portsFor(flags).warn) }
    },
    completed: hints.complete,
    session: async (flags, positional, check) => {
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
    environment: describeVariables(variables, environment),
    folders: async () => (await import('./folders.ts')).openFolders(),
    configurations: async (flags) =>
      (await import('./folders.ts')).listConfigurations(environment, flags),
    interaction: async (flags, options = {}) => {
      if (!canAsk(environment, flags.input)) return undefined
      const { openInteraction } = await import('../io/terminal/interaction.ts')
      return announcement.over(openInteraction(environment, options))
    },
    announce: announcement.set,
    sayAnnounced: announcement.say,
    confirm: async (flags, question, beforehand = '--yes') => {
      if (flags.yes === true) return true
      if (!canAsk(environment, flags.input)) return undefined
      try {
        return await (await prompts()).askYesNo(question)
      } catch (error) {
        if (!isToknError(error, 'interrupted')) throw error
        const hint = texts.commands.answerBeforehand(beforehand)
        throw new ToknError(error.code, error.message, { ...error.details, hint })
      }
    },
    select: async (flags, question, options) =>
      canAsk(environment, flags.input)
        ? await (await prompts()).askChoice(question, options)
        : undefined,
    storeKind: (flags, kept?: StoreKind) =>
      readStoreKind(flags.store, '--store') ?? variables.store ?? kept ?? storeCatalog.usual,
    definitions: async (flags) => {
      const { openOwnDefinitions } = await import('./definitions.ts')
      return openOwnDefinitions(pathsFor(flags).config, async () => await portsFor(flags).http({}))
    },
    providers: async (flags) => {
      const { listProviders } = await import('./provider-summaries.ts')
      return await listProviders(pathsFor(flags))
    },
    exitWith: (status) => {
      exit = status
    },
    runChild: async (request) =>
      await (await import('../io/process/child.ts')).runChild(request, environment),
    runSelf: async (args, given) =>
      await (await import('../io/process/self.ts')).runSelf(program, args, environment, given),
    examine: async (flags, options) => {
      const { examine } = await import('./diagnosis.ts')
      return await examine({
        ...options,
        ports: portsFor(flags),
        paths: pathsFor(flags),
        files: openFiles(),
        environment,
        usualStore: context.storeKind({}),
      })
    },
    traces: async (flags) => {
      const { findTraces } = await import('./traces.ts')
      return await findTraces({ ports: portsFor(flags), paths: pathsFor(flags), environment })
    },
    startSandbox: async (options) => await (await import('./sandbox.ts')).openSandbox(options),
    typedName: async () => {
      const { typedName } = await import('../io/process/typed-name.ts')
      // Where npm runs us, in the folder of the package, it says where it was typed.
      return typedName(program, environment, environment['INIT_CWD'] ?? process.cwd())
    },
    watchInterruption: async () => (await import('../io/process/self.ts')).watchInterruption(),
    temporaryFolder: async () =>
      (await import('../io/files/temporary-folder.ts')).makeTemporaryFolder(),
  }
  return { ...context, status: () => exit, explain: folder.explain }

  async function prompts() {
    announcement.say()
    return await (await import('../io/terminal/prompts.ts')).openPrompts(environment)
  }

  async function askHidden(label: string): Promise<string> {
    return await (await prompts()).askLine(label, { secret: true })
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
        login: async (inMemory) => {
          const { loginFromEnvironment } =
            await import('../session/login/login-from-environment.ts')
          const provider = variables.provider ?? ''
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
    const ports = made.get(key) ?? openPortsFor(flags)
    made.set(key, ports)
    return ports
  }

  function openPortsFor(flags: RequestFlags): Ports {
    const timeout = flags.timeout ?? variables.read('timeout')
    return openPorts({
      environment,
      program,
      command: `tokn ${commandIn(words)}`.trim(),
      configDirectory: flags.configDir,
      timeout:
        timeout === undefined
          ? defaultTimeout
          : Math.min(
              longestTimeout,
              parseDuration(timeout, flags.timeout === undefined ? 'TOKN_TIMEOUT' : '--timeout'),
            ),
      storeKey: () => variables.readSecret('store_key'),
      passphrase: async (question) => await passphraseFor(flags)(question),
      fromEnvironment: variables.read,
      interaction: async () => await context.interaction(flags),
      debug: flags.debug === true || isOn(environment, 'TOKN_DEBUG'),
      ca: flags.ca,
      proxy: flags.proxy,
      quiet: flags.quiet,
      warn: (said) => {
        if (flags.quiet === true) return
        const text = hints.complete(said)
        if (wantsJson(flags)) warnings.push(text)
        else writeLines(asWarning(text))
      },
    })
  }

  function passphraseFor(flags: RequestFlags): ReturnType<typeof openPassphrase> {
    return (passphrase ??= openPassphrase({
      given: () => variables.readSecret('passphrase'),
      ask: canAsk(environment, flags.input) ? askHidden : undefined,
      say: writeLines,
    }))
  }
}
