import type { Context, RequestFlags } from '../commands/context.ts'
import type { Secret } from '../core/secret.ts'
import type { PassphraseQuestion } from '../core/store-traits.ts'
import { namedSocket, namesJob } from '../io/agent/locate.ts'
import type { Environment } from '../io/files/paths.ts'
import type { Ports } from '../session/ports.ts'
import type { MadeSession } from '../session/select-session.ts'
import type { Meant } from './agent-session.ts'
import type { PortsRequest } from './ports.ts'
import { readStoreKind, type Variables } from './variables.ts'

interface Surroundings {
  portsFor(flags: RequestFlags): Ports
  requestFor(flags: RequestFlags): PortsRequest
  readonly choiceOf: Context['choice']
  readonly variables: Variables
  /** How the passphrase of the file store was found, if anybody has looked for it. */
  knownPassphrase(): ((question?: PassphraseQuestion) => Promise<Secret | undefined>) | undefined
}

/** What a command has to do with agents: it asks one, starts that of a job, or is one for its child. */
export function openAgentUses({
  portsFor,
  requestFor,
  choiceOf,
  variables,
  knownPassphrase,
}: Surroundings): Pick<
  Context,
  'agentSession' | 'withoutAgent' | 'serveChild' | 'keepForChild' | 'jobs'
> {
  const meant = (...[flags, positional]: Parameters<Context['session']>): Meant => ({
    choice: choiceOf(flags, positional),
    variables,
    store: readStoreKind(flags.store, '--store') ?? variables.store,
    get namesJob() {
      return namesJob(requestFor(flags).environment)
    },
    ofJob: async () => {
      const { hasSessionOfJob } = await import('./job-socket.ts')
      const left = portsFor(flags).timeLeft()
      return await hasSessionOfJob(requestFor(flags).environment, left, variables.provider)
    },
  })
  return {
    agentSession: async (flags, positional, options) => {
      const ports = portsFor(flags)
      const agent = await ports.agent()
      if (agent === undefined) return undefined
      const { askAgentFirst } = await import('./agent-session.ts')
      return await askAgentFirst(ports, agent, meant(flags, positional), options)
    },
    withoutAgent: async (flags, positional, error) => {
      const { explainWithoutToken } = await import('./without-token.ts')
      const agent = await portsFor(flags).agent()
      const { environment } = requestFor(flags)
      return explainWithoutToken(error, agent, meant(flags, positional), environment)
    },
    jobs: async (flags) => {
      const { openJobs } = await import('./jobs.ts')
      const options = requestFor(flags)
      const { environment, program } = options
      return openJobs({ environment, program, ports: portsFor(flags), options })
    },
    serveChild: async (...given) => await (await childUses()).serveChild(...given),
    keepForChild: async (...given) => await (await childUses()).keepForChild(...given),
  }

  async function childUses() {
    const { openChildUses } = await import('./child-uses.ts')
    return openChildUses({ requestFor, variables, knownPassphrase })
  }
}

/** The session of the CI job that the environment names; see `SessionVariables.job`. */
export async function sessionOfJob(
  environment: Environment,
  provider: string | undefined,
  ports: Ports,
): Promise<MadeSession | undefined> {
  if (namedSocket(environment) === undefined) return undefined
  const { findSessionOfJob } = await import('./job-socket.ts')
  return await findSessionOfJob(environment, ports.timeLeft(), provider, await ports.agent())
}
