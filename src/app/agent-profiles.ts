import { isToknError } from '../core/errors.ts'
import { within } from '../core/within.ts'
import { openInForce, type InForce } from './in-force.ts'
import type { OwnPorts } from './ports.ts'
import { kindOfUrl } from './store-variables.ts'
import type { Variables } from './variables.ts'

/** The profiles of a store for many machines, for a process that lives on. */
export interface AgentProfiles {
  /**
   * Looks the profile of a name up, or all, where that was a while ago; where the store is not reached,
   * what is known goes on. Throws what the store throws.
   */
  load(name?: string): Promise<void>
  /** What was found with the profile of a name, or with all; absent: nothing was looked up yet. */
  found(name?: string): InForce | undefined
  /** Another text once all were looked up anew. */
  stamp(): string
}

interface Looked {
  readonly at: number
  readonly inForce: InForce
}

/**
 * What was looked up is true for so long, in milliseconds: as long as a token that is held. So long, too, is a
 * store not asked again that was not reached.
 */
const trusted = 5_000

/** A store that is silent for so long is not waited for where something is known, in milliseconds. */
const patience = 2_000

/** Names of which it is known what they are, or that they are nobody's. */
const mostNames = 1_000

/** `undefined` where no variable names such a store. `open` makes the ports that it is asked by. */
export function openAgentProfiles(
  variables: Variables,
  open: () => OwnPorts,
  elapsed: () => number,
): AgentProfiles | undefined {
  const variable = variables.holding('store_url')
  if (variable === undefined) return undefined
  const url = variables.read('store_url')
  if (url === undefined) return undefined
  const kind = kindOfUrl(url, undefined)
  const byName = new Map<string, Looked>()
  let all: Looked | undefined
  let changes = 0
  let missedAt = Number.NEGATIVE_INFINITY
  const known = (name: string | undefined) => {
    const own = name === undefined ? undefined : byName.get(name)
    if (own === undefined || all === undefined) return own ?? all
    return own.at > all.at ? own : all
  }
  const look = async (name: string | undefined) => {
    const at = elapsed()
    const inForce = await openInForce(open(), kind, variable)
    if (name === undefined) await inForce.profiles.loadAll()
    else await inForce.profiles.load(name)
    note(name, { at, inForce })
  }
  return {
    load: async (name) => {
      const before = known(name)
      if (before === undefined) return await look(name)
      if (elapsed() - Math.max(before.at, missedAt) < trusted) return
      try {
        const isSeen = await within(
          look(name).then(() => true),
          patience,
        )
        if (isSeen !== true) missedAt = elapsed()
      } catch (error) {
        if (!isToknError(error, 'network')) throw error
        missedAt = elapsed()
      }
    },
    found: (name) => known(name)?.inForce,
    stamp: () => String(changes),
  }

  function note(name: string | undefined, looked: Looked): void {
    const before = name === undefined ? all : known(name)
    // One that took long is no news of what was looked up meanwhile.
    if (before !== undefined && before.at > looked.at) return
    if (name === undefined) {
      all = looked
      changes++
      byName.clear()
      return
    }
    byName.delete(name)
    byName.set(name, looked)
    const [oldest] = byName.keys()
    if (byName.size > mostNames && oldest !== undefined) byName.delete(oldest)
  }
}
