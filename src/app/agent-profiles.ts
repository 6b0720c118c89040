import { isToknError } from '../core/errors.ts'
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

/** What was looked up is true for so long, in milliseconds: as long as a token that is held. */
const trusted = 5_000

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
  const known = (name: string | undefined) => {
    const own = name === undefined ? undefined : byName.get(name)
    if (own === undefined || all === undefined) return own ?? all
    return own.at > all.at ? own : all
  }
  return {
    load: async (name) => {
      const before = known(name)
      if (before !== undefined && elapsed() - before.at < trusted) return
      const at = elapsed()
      const inForce = await openInForce(open(), kind, variable)
      try {
        if (name === undefined) await inForce.profiles.loadAll()
        else await inForce.profiles.load(name)
      } catch (error) {
        if (isToknError(error, 'network') && before !== undefined) return
        throw error
      }
      note(name, { at, inForce })
    },
    found: (name) => known(name)?.inForce,
    stamp: () => String(changes),
  }

  function note(name: string | undefined, looked: Looked): void {
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
