import { originsSaidBy } from '../session/host-owner.ts'
import type { Session } from '../session/session.ts'
import type { World } from './world.ts'

/** A definition that was changed is seen so long after that, in milliseconds. */
const longest = 60_000

interface Known {
  readonly stamp: string
  readonly at: number
  /** Names of profiles. What else there is of them would fill the memory where there are many. */
  readonly byOrigin: Promise<ReadonlyMap<string, readonly string[]>>
}

/** Whose token may be sent where, by what the profiles and their providers say. Unlocks nothing. */
export class Owners {
  readonly #world: World
  #known: Known | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** The names of the profiles that are logged in for `origin`. Of several, the default one alone. */
  async find(origin: string): Promise<readonly string[]> {
    const all = (await this.#byOrigin()).get(origin) ?? []
    const names = all.filter((name) => this.#isLoggedIn(name))
    const standard = this.#world.defaultName()
    return names.length > 1 && standard !== undefined && names.includes(standard)
      ? [standard]
      : names
  }

  #isLoggedIn(name: string): boolean {
    const session = this.#world.session(name, () => undefined)
    return session !== undefined && session.ports.index.get(session.id) !== undefined
  }

  #byOrigin(): Known['byOrigin'] {
    const { clock, profilesStamp, sessions } = this.#world
    const [stamp, now] = [profilesStamp(), clock.elapsed()]
    if (this.#known?.stamp !== stamp || now - this.#known.at > longest) {
      this.#known = { stamp, at: now, byOrigin: sortByOrigin(sessions()) }
    }
    return this.#known.byOrigin
  }
}

async function sortByOrigin(all: readonly Session[]): Known['byOrigin'] {
  const sorted = new Map<string, string[]>()
  for (const session of all) {
    for (const origin of new Set(await originsSaidBy(session))) {
      const others = sorted.get(origin)
      if (others === undefined) sorted.set(origin, [session.name])
      else others.push(session.name)
    }
  }
  return sorted
}
