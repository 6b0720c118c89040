import type { Command } from 'commander'
import { isToknError, ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagName, FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'
import { askSecret } from './ask-secret.ts'

const reads = ['passphraseFile', 'noInput'] as const satisfies FlagName[]

type LockFlags = CommonFlags & FlagsOf<(typeof reads)[number]>

export function lockCommand(agent: Command, context: Context, run = runLock): void {
  declare(agent, {
    usage: 'lock',
    group: 'change',
    flags: reads,
    text: () => words.agentLock.lockHelp,
    examples: ['tokn agent lock', 'tokn agent lock --passphrase-file -'],
  }).action((flags: LockFlags) => run(context, flags))
}

export async function runLock(context: Context, flags: LockFlags): Promise<void> {
  await checkFields(flags, 'tokn.agent-lock/v1')
  const agent = await context.agent(flags)
  const running = await agent.status()
  if (running === undefined) throw new ToknError('not_found', words.agent.notRunning(agent.socket))
  // What locks it already cannot be changed, so nothing is asked.
  const passphrase =
    running.locked && flags.passphraseFile === undefined
      ? undefined
      : await readPassphrase(context, flags)
  const guarded = await agent.lock(passphrase)
  if (guarded === undefined) throw new ToknError('not_found', words.agent.notRunning(agent.socket))
  tell(context, flags, words.agentLock.locked(guarded), {
    schema: 'tokn.agent-lock/v1',
    locked: true,
    passphrase: guarded,
  })
}

async function readPassphrase(context: Context, flags: LockFlags): Promise<Secret | undefined> {
  const { passphraseFile } = flags
  if (passphraseFile !== undefined) return await readFile(context, passphraseFile)
  const { askNew, askOnceMore, differ } = words.agentLock
  const first = await askSecret(context, flags, askNew())
  if (first === undefined || first === '') return undefined
  const second = await askSecret(context, flags, askOnceMore())
  if (second !== first) throw new ToknError('usage', differ())
  return new Secret(first)
}

/** Throws `usage` for an empty one: whoever gives a file wants a passphrase. */
async function readFile({ terminal }: Context, path: string): Promise<Secret> {
  try {
    return await terminal.readSecretFile(path)
  } catch (error) {
    if (!isToknError(error, 'usage') || error.details.fault !== 'empty') throw error
    throw new ToknError(error.code, words.agentLock.emptyFile(), { cause: error })
  }
}
