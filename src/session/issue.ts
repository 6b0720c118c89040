import { bindingOf, checkProfileName, type Profile } from '../core/profile.ts'
import { ToknError } from '../core/errors.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Grant, TokenSet } from '../core/token.ts'
import { callWithToken, unsupported } from './call.ts'
import { entryOf } from './held.ts'
import { indexRecord } from './history.ts'
import type { Ports } from './ports.ts'
import { writeAndReadBack } from './write.ts'

export interface Issued {
  readonly tokens: TokenSet
  /** The profile that keeps it, where asked for. */
  readonly savedAs?: Profile | undefined
}

/** Issues a further token with the held one. Its value is given once, here. */
export async function issueToken(
  ports: Ports,
  profile: Profile,
  grant: Grant,
  saveAs: string | undefined,
): Promise<Issued> {
  const kept = saveAs === undefined ? undefined : newProfile(ports, profile, saveAs)
  const provider = await ports.provider(profile)
  if (provider.issue === undefined) throw unsupported(provider, 'issue')
  provider.checkGrant(grant)
  const { tokens, parent } = await callWithToken(ports, profile, 'issue', async (call) => ({
    tokens: await provider.issue?.(call.reach, call.record, grant),
    parent: call.record,
  }))
  if (tokens === undefined) throw unsupported(provider, 'issue')
  if (kept === undefined) return { tokens }
  const attach = provider.attach(tokens, profile.settings)
  await keep(ports, kept, {
    ...heirOf(parent, tokens, grant),
    attach,
    obtainedAt: ports.clock.now(),
  })
  return { tokens, savedAs: kept }
}

function newProfile(ports: Ports, parent: Profile, name: string): Profile {
  checkProfileName(name)
  if (ports.profiles.get(name) !== undefined) {
    throw new ToknError('usage', `there is a profile "${name}" already`, {
      hint: `choose another name, or: tokn logout ${name} && tokn profile remove ${name}`,
    })
  }
  return { ...parent, name, id: ports.randomId() }
}

function heirOf(parent: SessionRecord, tokens: TokenSet, grant: Grant): SessionRecord {
  return {
    ...parent,
    ...tokens,
    context: { ...parent.context, ...tokens.context },
    refresh: tokens.refresh,
    id: tokens.id,
    name: tokens.name ?? grant.name,
    scopes: tokens.scopes ?? grant.scopes,
    generation: 1,
    grant,
    credentials: undefined,
    fixed: undefined,
  }
}

async function keep(ports: Ports, profile: Profile, heir: SessionRecord): Promise<void> {
  const record = { ...heir, profileId: profile.id, binding: bindingOf(profile) }
  const held = await (await ports.lock())(entryOf(profile), ports.timeout)
  try {
    await writeAndReadBack(await ports.store(profile.store), record)
    await ports.profiles.put(profile)
    await indexRecord(ports, record, 'login')
  } finally {
    await held.release()
  }
}
