import { attachToken, headerLines } from '../../session/attach-token.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import { ToknError } from '../../core/errors.ts'
import { Secret } from '../../core/secret.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../../session/ports.ts'
import type { Context } from '../context.ts'
import type { RunFlags } from '../agent.ts'
import { readKeeping } from './keeping.ts'

/** Is the agent, until a signal ends it. */
export async function runAgent(context: Context, flags: RunFlags): Promise<void> {
  const keeping = readKeeping(flags)
  const { profiles = [], tokenFiles = [] } = keeping
  const named = [...profiles, ...tokenFiles.map(({ profile }) => profile)]
  // For weeks nobody would see that a name is misspelt.
  const ports = context.ports(flags)
  for (const name of named) chooseProfile(ports.profiles, { flag: name })
  if (keeping.forGroup !== undefined) await checkHeader(ports, keeping.forGroup.profile)
  await (await context.agent(flags, keeping)).run()
}

/** Throws `usage` for a token that no answer of `/auth` can carry. */
async function checkHeader(ports: Ports, name: string): Promise<void> {
  const profile = chooseProfile(ports.profiles, { flag: name })
  const provider = await ports.provider(profile)
  if (provider.attachVaries === true) return
  const attach = provider.attach({ context: {} }, profile.settings)
  const lines = headerLines(attachToken({ attach, access: new Secret('') }))
  if (attach.bound !== true && lines.length > 0) return
  throw new ToknError('usage', words.agentFiles.noHeader(name))
}
