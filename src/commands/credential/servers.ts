import { isFailure } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import type { Attachment } from '../../core/token.ts'
import { anyUser, canBePassword, isBearer } from '../../session/carriage.ts'
import { namedProfile, readableProfiles } from '../../session/choose-profile.ts'
import { originsSaidBy } from '../../session/host-owner.ts'
import { sessionState } from '../../session/life.ts'
import { preferredName } from '../../session/profile-for-host.ts'
import type { Ports } from '../../session/ports.ts'
import type { Giver } from './choose.ts'
import type { Server } from './protocol.ts'

const over: ReadonlySet<string> = new Set(['dead', 'expired', 'logged_out'])

/** What `CredentialWorld.servers` does: by the profiles, their providers and the index alone. */
export async function listServers(
  { context, flags }: Pick<Giver, 'context' | 'flags'>,
  { bearer }: { readonly bearer?: boolean },
): Promise<readonly Server[]> {
  const ports = context.ports(flags)
  const choice = context.choice(flags)
  const named = namedProfile(choice)
  const prefer = () => preferredName(ports, choice)
  const users = new Map<string, string>()
  for (const [origin, profiles] of await fittingByOrigin(ports, named)) {
    const [first, second] = profiles
    const chosen = second === undefined ? first : findNamed(profiles, prefer())
    // Where nothing decides, nobody answers.
    const attach = chosen && (await attachmentOf(ports, chosen))
    if (chosen === undefined || attach === undefined) continue
    const isPlain = isBearer(attach)
    if (!isPlain && (bearer === true || !canBePassword(attach))) continue
    users.set(serverAt(new URL(origin)), isPlain ? anyUser : (chosen.settings['username'] ?? ''))
  }
  return [...users].map(([host, username]) => ({ host, username })).toSorted(byHost)
}

/** The profiles whose token may be sent to each origin; of all of them, or of the one that is named. */
async function fittingByOrigin(
  ports: Ports,
  named: string | undefined,
): Promise<ReadonlyMap<string, readonly Profile[]>> {
  const fitting = new Map<string, Profile[]>()
  for (const profile of readableProfiles(ports.profiles)) {
    if (named !== undefined && profile.name !== named) continue
    for (const origin of new Set(await originsSaidBy({ ports, profile }))) {
      const others = fitting.get(origin)
      if (others === undefined) fitting.set(origin, [profile])
      else others.push(profile)
    }
  }
  return fitting
}

/** How its token travels; `undefined` where there is none, as far as that is known. */
async function attachmentOf(ports: Ports, profile: Profile): Promise<Attachment | undefined> {
  const state = sessionState(ports.index.get(profile.id), ports.clock.now())
  if (over.has(state)) return undefined
  try {
    const provider = await ports.provider(profile)
    return provider.attach({ context: {} }, profile.settings)
  } catch (error) {
    if (!isFailure(error)) throw error
    return undefined
  }
}

function findNamed(profiles: readonly Profile[], wanted: string | undefined): Profile | undefined {
  return profiles.find(({ name }) => name === wanted)
}

function byHost(one: Server, other: Server): number {
  return one.host < other.host ? -1 : 1
}

/** As it is named without a scheme: without a port it is that of https. */
function serverAt({ protocol, host, port }: URL): string {
  return protocol === 'http:' && port === '' ? `${host}:80` : host
}
