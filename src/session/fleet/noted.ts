import type { IndexEntry } from '../../core/ports.ts'
import type { Profile } from '../../core/profile.ts'
import type { Ports } from '../ports.ts'

type Looked = Pick<Profile, 'id' | 'store' | 'name'>

/** So many are asked for at once. */
const together = 16

/**
 * What is known of the sessions of these profiles: where their store is one that many machines share,
 * what is noted there, and what is known here alone, with a warning, where that store cannot be asked.
 */
export async function readNoted(
  ports: Ports,
  profiles: readonly Looked[],
): Promise<ReadonlyMap<string, IndexEntry | undefined>> {
  const known = new Map(ports.index.getAll(profiles.map(({ id }) => id)))
  const asked = profiles.filter(
    ({ id, store }) =>
      ports.stores.traits(store).shared === true &&
      // What came with profiles of the store is as it has it.
      (store !== ports.profilesOf || known.get(id) === undefined),
  )
  if (asked.length === 0) return known
  const { knownOf } = await import('./known.ts')
  const { openSession } = await import('../session.ts')
  const silent = new Set<string>()
  const read = async ({ id, name, store }: Looked) => {
    if (silent.has(store)) return
    const warn = (text: string) => {
      if (!silent.has(store)) ports.warn(text)
      silent.add(store)
    }
    const session = openSession(
      { ...ports, index: ports.index, warn },
      { id, name, store, provider: '', settings: {} },
    )
    known.set(id, await knownOf(session))
  }
  // Nobody waits again for a store that does not answer.
  const first = new Map(asked.toReversed().map((one) => [one.store, one]))
  await Promise.all([...first.values()].map(read))
  const rest = asked.filter((one) => first.get(one.store) !== one)
  for (let at = 0; at < rest.length; at += together) {
    await Promise.all(rest.slice(at, at + together).map(read))
  }
  return known
}
