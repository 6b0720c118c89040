import type { CommonFlags, Context, RequestFlags } from '../commands/context.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { openFiles } from '../io/files/files.ts'
import type { Environment, Paths } from '../io/files/paths.ts'
import { canAsk } from '../io/terminal/terminal.ts'
import { writeLines } from '../io/terminal/output.ts'
import { words as texts } from '../messages/words.ts'
import type { Ports } from '../session/ports.ts'
import type { Announcement } from './announcement.ts'
import type { farNames } from './context.ts'
import type { PortsRequest } from './ports.ts'
import { readProcessOptions } from './process-options.ts'
import type { Variables } from './variables.ts'

/** What a context has of its own. */
export interface Near extends Pick<Context, 'storeKind'> {
  readonly environment: Environment
  readonly program: string
  readonly variables: Variables
  readonly announcement: Announcement
  portsFor(flags: RequestFlags): Ports
  requestFor(flags: RequestFlags): PortsRequest
  pathsFor(flags: CommonFlags): Paths
}

/** What asks a person, and what few commands do. */
export type FarContext = Pick<Context, (typeof farNames)[number]>

export function openFarContext(near: Near): FarContext {
  const { environment, program, variables, announcement, portsFor, requestFor, pathsFor } = near
  return {
    folders: async () => (await import('./folders.ts')).openFolders(),
    configurations: async (flags) =>
      (await import('./folders.ts')).listConfigurations(environment, flags),
    interaction: async (flags, options = {}) => {
      if (!canAsk(environment, flags.input)) return undefined
      const { openInteraction } = await import('../io/terminal/interaction.ts')
      return announcement.over(openInteraction(environment, options))
    },
    announcer: async (options) => {
      // Few logins show anything where nobody can be asked.
      const open = async () =>
        (await import('../io/terminal/interaction.ts')).openInteraction(environment, options)
      return {
        tell: (text) => writeLines(text),
        draw: async (url) => await (await open()).draw(url),
        copy: async (text) => await (await open()).copy(text),
      }
    },
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
    definitions: async (flags) => {
      const { openOwnDefinitions } = await import('./definitions.ts')
      return openOwnDefinitions(pathsFor(flags).config, async () => await portsFor(flags).http({}))
    },
    providers: async (flags) => {
      const { listProviders } = await import('./provider-summaries.ts')
      return await listProviders(pathsFor(flags))
    },
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
        usualStore: near.storeKind({}),
      })
    },
    traces: async (flags) => {
      const { findTraces } = await import('./traces.ts')
      return await findTraces({ ports: portsFor(flags), paths: pathsFor(flags), environment })
    },
    stepFiles: async () => (await import('./step-files.ts')).openStepFiles(environment),
    portsFrom: async (flags) => {
      const { openSourceSide } = await import('./source-side.ts')
      const ports = portsFor(flags)
      return openSourceSide(requestFor(flags), variables, ports) ?? ports
    },
    storeKeys: async (flags) => {
      const { openKeyringInForce } = await import('./store-keyring.ts')
      const { sharedKind } = await import('../session/fleet/shared-store.ts')
      const kind = sharedKind(portsFor(flags), (kept) => near.storeKind(flags, kept))
      return await openKeyringInForce({
        ...{ kind, environment, variables, ca: flags.ca, ports: portsFor(flags) },
      })
    },
    agent: async (flags, keeping) => {
      const { openAgentControl } = await import('./agent-control.ts')
      return openAgentControl({
        ...readProcessOptions(flags, variables, environment),
        ...keeping,
        environment,
        program,
        log: flags.quiet === true ? () => undefined : writeLines,
      })
    },
    refreshFleet: async (flags, wanted) =>
      await (await import('./refresh-fleet.ts')).refreshFleet(requestFor(flags), wanted),
    startSandbox: async (options) => await (await import('./sandbox.ts')).openSandbox(options),
    typedName: async () => {
      const { typedName } = await import('../io/process/typed-name.ts')
      // Where npm runs us, in the folder of the package, it says where it was typed.
      return typedName(program, environment, environment['INIT_CWD'] ?? process.cwd())
    },
    ownLine: async () => (await import('./start-folder.ts')).ownLine(program),
    startFolder: async () => (await import('./start-folder.ts')).openStartFolder(environment),
    setupWorld: async (flags) =>
      (await import('./setup-world.ts')).openSetupWorld(
        environment,
        pathsFor(flags),
        program,
        portsFor(flags).timeLeft,
      ),
    watchInterruption: async () => (await import('../io/process/self.ts')).watchInterruption(),
    temporaryFolder: async () =>
      (await import('../io/files/temporary-folder.ts')).makeTemporaryFolder(),
  }

  async function prompts() {
    announcement.say()
    return await (await import('../io/terminal/prompts.ts')).openPrompts(environment)
  }
}
