import type { Command } from 'commander'
import type { AgentControl, AgentStatus, Unlocking } from '../../core/agent.ts'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'
import { askSecret } from './ask-secret.ts'

const reads = ['passphraseFile', 'noInput', 'timeout'] as const satisfies FlagName[]

type UnlockFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

/** How often a person is asked for it. */
const mostTries = 3

export function unlockCommand(agent: Command, context: Context, run = runUnlock): void {
  declare(agent, {
    usage: 'unlock',
    group: 'change',
    flags: reads,
    text: () => words.agentLock.unlockHelp,
    examples: ['tokn agent unlock', 'tokn agent unlock --passphrase-file -'],
  }).action((flags: UnlockFlags) => run(context, flags))
}

export async function runUnlock(context: Context, flags: UnlockFlags): Promise<void> {
  await checkFields(flags, 'tokn.agent-unlock/v1')
  const agent = await context.agent(flags)
  const running = await agent.status()
  if (running === undefined) throw new ToknError('not_found', words.agent.notRunning(agent.socket))
  await openLock(context, flags, agent, running)
  const open = await openStore(context, flags, agent)
  const { unlocked, openedStore } = words.agentLock
  const said = open === 'now' ? `${unlocked()}; ${openedStore()}` : unlocked()
  const document = { schema: 'tokn.agent-unlock/v1', locked: false, store_open: open !== 'not' }
  tell(context, flags, said, document)
}

async function openLock(
  context: Context,
  flags: UnlockFlags,
  agent: AgentControl,
  { locked, passphrase: guarded }: AgentStatus,
): Promise<void> {
  const { passphraseFile } = flags
  const given =
    passphraseFile === undefined ? undefined : await context.terminal.readSecretFile(passphraseFile)
  if (!locked) return
  if (!guarded || given !== undefined) {
    return demand(await agent.unlock({ passphrase: given }), given !== undefined)
  }
  for (let tries = 1; ; tries++) {
    const typed = await askSecret(context, flags, words.agentLock.ask())
    if (typed === undefined) throw new ToknError('store', words.agentLock.missing())
    const outcome = await agent.unlock({ passphrase: new Secret(typed) })
    if (outcome.why !== 'wrong' || tries >= mostTries) return void demand(outcome)
    context.terminal.say(words.terminal.again(words.agentLock.wrong(false).message))
  }
}

/** Throws what an agent that was not unlocked says. */
function demand({ why, wait = 0, error }: Unlocking, fromFile = false): void {
  if (error !== undefined) throw error
  if (why === undefined) return
  const said =
    why === 'early'
      ? words.agentLock.early(Math.ceil(wait / 1_000))
      : why === 'missing'
        ? words.agentLock.missing()
        : words.agentLock.wrong(fromFile)
  throw new ToknError('store', said)
}

/** `now`: it was closed, and is open. `not`: it stays closed, since nobody has what opens it. */
async function openStore(
  context: Context,
  flags: UnlockFlags,
  agent: AgentControl,
): Promise<'now' | 'open' | 'not'> {
  const running = await agent.status()
  if (running?.store_closed !== true) return 'open'
  const { fromEnvironment } = context.environment
  const [key, passphrase] = [fromEnvironment('store_key'), fromEnvironment('passphrase')]
  if (key !== undefined || passphrase !== undefined) {
    demand(await agent.unlock({ storeKey: secret(key), storePassphrase: secret(passphrase) }))
    return 'now'
  }
  for (let tries = 1; ; tries++) {
    const typed = await askSecret(context, flags, words.stores.askPassphrase())
    if (typed === undefined) throw new ToknError('store', words.agentLock.storeKeyMissing())
    const outcome = await agent.unlock({ storePassphrase: new Secret(typed) })
    const wrong = outcome.error?.details.fault === 'wrong-passphrase'
    if (!wrong || tries >= mostTries) demand(outcome)
    if (!wrong) return 'now'
    context.terminal.say(words.terminal.again(words.stores.wrongPassphrase().message))
  }
}

function secret(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}
