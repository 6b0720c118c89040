import type { Profile } from '../core/profile.ts'
import type { Ports } from './ports.ts'

/**
 * How many are worked on at the same time: each refresh is a process, and one with a passphrase takes
 * 170 MB of memory for a second.
 */
const most = 4

/** Of those at one server, which may take more at a time for a burst. */
const mostAtOne = 2

/** What is done for each of several. */
export interface Task<Item, Result> {
  work(item: Item): Promise<Result>
  /** What names the server that it is about. */
  serverOf(item: Item): string
  /** Whether that counts what is done: then no two of them are at work there. */
  isCounted?(item: Item): Promise<boolean>
}

/**
 * Does the work for all, some at the same time but few at one server; the results are in the order of
 * the items. What it throws ends all: nothing further is begun.
 */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  task: Task<Item, Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const busy = new Map<string, number>()
  const running = new Set<Promise<void>>()
  const waiting: Array<Waiting<Item>> = []
  for (const [at, item] of items.entries()) {
    const room = (await task.isCounted?.(item)) === true ? 1 : mostAtOne
    waiting.push({ at, item, server: task.serverOf(item), room })
  }
  while (waiting.length > 0) {
    const first = running.size < most ? waiting.findIndex(hasRoom) : -1
    const [next] = first < 0 ? [] : waiting.splice(first, 1)
    if (next === undefined) await Promise.race(running)
    else begin(next)
  }
  await Promise.all(running)
  return results

  function hasRoom({ server, room }: Waiting<Item>): boolean {
    return (busy.get(server) ?? 0) < room
  }

  function begin(next: Waiting<Item>): void {
    const { server } = next
    busy.set(server, (busy.get(server) ?? 0) + 1)
    const one = run(next).finally(() => {
      busy.set(server, (busy.get(server) ?? 0) - 1)
      running.delete(one)
    })
    // After the first error nobody waits for the others.
    one.catch(() => undefined)
    running.add(one)
  }

  async function run({ at, item }: Waiting<Item>): Promise<void> {
    results[at] = await task.work(item)
  }
}

/** Where the tokens of a profile are made, as far as that is known without its provider. */
export function serverOf({ index }: Pick<Ports, 'index'>, profile: Profile): string {
  return index.get(profile.id)?.origin ?? profile.baseUrl ?? profile.provider
}

interface Waiting<Item> {
  readonly at: number
  readonly item: Item
  readonly server: string
  /** How many may be at work there. */
  readonly room: number
}
