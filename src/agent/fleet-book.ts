import type { FleetSession } from '../core/fleet.ts'
import type { Index, IndexEntry } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'

/** A session of the store that can be refreshed. */
interface Known {
  readonly profile: Profile
  readonly generation: number
  readonly version: string
}

/** What a refresher remembers of the sessions of a store: as little of each as it takes to know when. */
export class FleetBook {
  readonly #sessions = new Map<string, Known>()
  readonly #entries = new Map<string, IndexEntry>()
  /** Ids that were noted since, of each look at all that is under way. */
  readonly #looks = new Set<Set<string>>()

  /** Stands in for the index of this machine, which has no business with what others use. */
  readonly index: Index = {
    get: (id) => this.#entries.get(id),
    getAll: (ids) => new Map(ids.map((id) => [id, this.#entries.get(id)])),
    put: (id, entry) => void this.#entries.set(id, entry),
    remove: (id) => void this.#entries.delete(id),
    list: () => [...this.#entries.keys()],
  }

  ids(): readonly string[] {
    return [...this.#sessions.keys()]
  }

  get size(): number {
    return this.#sessions.size
  }

  find(id: string): Known | undefined {
    return this.#sessions.get(id)
  }

  /** Takes note of a row; whether it says something new. */
  note({ id, generation, version, index, profile }: FleetSession): boolean {
    if (profile === undefined || generation === 0) return this.forget(id)
    for (const noted of this.#looks) noted.add(id)
    if (this.#sessions.get(id)?.version === version) return false
    this.#sessions.set(id, { profile, generation, version })
    if (index?.generation === generation) this.#entries.set(id, index)
    else if (this.#entries.get(id)?.generation !== generation) this.#entries.delete(id)
    return true
  }

  forget(id: string): boolean {
    for (const noted of this.#looks) noted.delete(id)
    this.#entries.delete(id)
    return this.#sessions.delete(id)
  }

  /**
   * Forgets those that nobody notes while `look` goes through all of them: one that is made meanwhile is
   * noted by whoever hears of it. Not where `look` says that it did not come to the end.
   */
  async renew(look: () => Promise<boolean>): Promise<void> {
    const noted = new Set<string>()
    this.#looks.add(noted)
    try {
      if (!(await look())) return
      for (const id of this.ids()) if (!noted.has(id)) this.forget(id)
    } finally {
      this.#looks.delete(noted)
    }
  }
}
