import type { AgentStatus } from '../../core/agent.ts'
import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { checkFields, printJson, wantsJson } from '../output/json.ts'
import { checkPlain, printPlain } from '../output/plain-rows.ts'
import type { FlagsOf } from '../flags/table.ts'
import { table } from '../output/table.ts'

export type StatusFlags = CommonFlags & FlagsOf<'plain'>

/** What the agent tells of itself. */
export async function showAgent(context: Context, flags: StatusFlags): Promise<void> {
  checkPlain(flags)
  await checkFields(flags, 'tokn.agent/v1')
  const agent = await context.agent(flags)
  const running = await agent.status()
  if (running === undefined) throw new ToknError('not_found', words.agent.notRunning(agent.socket))
  if (wantsJson(flags)) return printJson(context, flags, { schema: 'tokn.agent/v1', ...running })
  if (flags.plain === true) return printPlain(context, 'agent status', running.profiles)
  const { pid, since, socket, locked, store_closed: closed, profiles } = running
  context.terminal.show(words.agent.about(pid, since, socket))
  context.terminal.show(...describeKeeping(running))
  if (closed && !locked) context.terminal.show(words.agentLock.lacksStoreKey())
  if (locked) context.terminal.show(words.agent.locked(running.passphrase))
  else if (profiles.length === 0) context.terminal.show(words.agent.noneInUse())
  else {
    const rows = profiles.map((one) => [
      one.profile,
      one.state,
      one.expires_at ?? '',
      String(one.generation ?? ''),
    ])
    context.terminal.show(...table([words.agent.titles(), ...rows]))
  }
}

/** What it was started with, a line each. */
function describeKeeping(running: AgentStatus): readonly string[] {
  const { configuration, lifetime, idle_exit: idle, confirm, token_files: files = [] } = running
  const texts = words.agent
  return [
    ...(configuration === undefined ? [] : [texts.configuration(configuration)]),
    ...(typeof lifetime === 'number' ? [texts.locksItself(inWords(lifetime))] : []),
    ...(typeof idle === 'number' ? [texts.endsIdle(inWords(idle))] : []),
    ...(confirm === true ? [texts.confirms()] : []),
    ...files.map(({ profile, path }) => texts.keepsFile(profile, path)),
  ]
}

function inWords(seconds: number): string {
  return words.times.duration(seconds * 1_000)
}
