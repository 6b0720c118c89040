import { join } from 'node:path'
import type { Log } from '../agent/world.ts'
import type { AgentKeeping } from '../core/agent-keeping.ts'
import { isToknError, ToknError } from '../core/errors.ts'
import { Secret } from '../core/secret.ts'
import { locatePaths, namesIn, type Environment } from '../io/files/paths.ts'
import { closeInherited } from '../io/process/inherited.ts'
import { watchInterruption } from '../io/process/self.ts'
import { readDescriptor, readValueFile } from '../io/terminal/input.ts'
import { writeAll } from '../io/terminal/write-all.ts'
import { words } from '../messages/words.ts'
import { readAgentRequest, writeAgentOutcome, type AgentRequest } from './agent-request.ts'
import { openAgentKey, type AgentKey } from './agent-key.ts'
import { openKeeper } from './agent-keeper.ts'
import { openPortsFor, openWorld } from './agent-world.ts'
import { serveAgent } from './serve-agent.ts'
import { openVariables } from './variables.ts'

interface Running extends Omit<AgentRequest, 'variables'>, AgentKeeping {
  readonly environment: Environment
  readonly program: string
}

/** Is an agent in this process. Throws what keeps it from serving. */
export async function runAgent(
  wanted: Running,
  { log, ready }: { readonly log: Log; readonly ready: () => void },
): Promise<void> {
  const { happened } = watchInterruption()
  const { forGroup } = wanted
  const { path: socket, profile } = forGroup ?? {}
  const request =
    socket === undefined || profile === undefined
      ? wanted
      : { ...wanted, socket, profiles: [profile], anywhere: true }
  const key = keyOf(request)
  const world = openWorld({ ...request, opening: key.opening })
  const { environment } = request
  const group = forGroup && { group: forGroup.group, environment }
  const { state } = locatePaths(environment, request)
  const notes = join(state, namesIn.state.tokenFiles)
  const keeper = openKeeper({ keeping: request, key, environment, notes, clock: world.clock, log })
  const descriptor = forGroup === undefined ? givenDescriptor(environment) : undefined
  const { lock } = world
  // Less than whoever starts this waits, so that why it does not serve is heard.
  const timeout = Math.floor(request.timeout - Math.min(2_000, request.timeout / 2))
  const serving = { world, lock, log, ready, descriptor, group, timeout, keeper }
  await serveAgent({ ...serving, interrupted: happened })
}

/**
 * Is the agent that another process has started; tells it by standard output when it serves, or what
 * keeps it from that. Throws `usage` where nothing of this program has started it.
 */
export async function runStartedAgent(inherited: Environment, program: string): Promise<void> {
  closeInherited()
  const wanted = readAgentRequest(readInput())
  if (wanted === undefined) throw new ToknError('usage', words.agent.notForUsers())
  const { variables, ...request } = wanted
  const environment = { ...inherited, ...variables }
  try {
    await runAgent(
      { ...request, environment, program },
      { log: () => undefined, ready: () => answer(writeAgentOutcome(undefined)) },
    )
  } catch (error) {
    answer(writeAgentOutcome(asToknError(error)))
  }
}

/** Where whoever started this was ended meanwhile, nobody reads it: the agent is there all the same. */
function answer(text: string): void {
  try {
    writeAll(1, text)
  } catch (error) {
    if (!isToknError(error)) throw error
  }
}

function keyOf(request: Running): AgentKey {
  const { environment, passphrase, profiles } = request
  const variables = openVariables(environment, readValueFile)
  return openAgentKey({
    given: () => ({
      key: variables.readSecret('store_key'),
      passphrase:
        passphrase === undefined ? variables.readSecret('passphrase') : new Secret(passphrase),
    }),
    open: (opening) => openPortsFor({ ...request, opening }, () => undefined),
    serves: (name) => profiles?.includes(name) !== false,
    store: variables.store,
  })
}

/** The socket that a service manager has opened for us (sd_listen_fds(3)); it is the first behind 2. */
function givenDescriptor({ LISTEN_PID: pid, LISTEN_FDS: count }: Environment): number | undefined {
  if (pid !== String(process.pid) || count === undefined) return undefined
  if (count !== '1') throw new ToknError('usage', words.agent.noSocketGiven(count))
  return 3
}

function readInput(): string {
  return Buffer.from(readDescriptor(0, 8_388_608)).toString()
}

function asToknError(error: unknown): ToknError {
  if (isToknError(error)) return error
  return new ToknError('internal', words.agent.notStarted(error instanceof Error ? error.name : ''))
}
