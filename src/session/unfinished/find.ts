import { isToknError } from '../../core/errors.ts'
import type { Journal } from '../../core/ports.ts'
import type { Ports } from '../ports.ts'
import { idBeside, intentPrefix, parseIntent, type Intent } from './intent.ts'

/** A login or an issue that is under way, or was cut off. */
export interface Unfinished extends Intent {
  /** The name of its entry in the journal. */
  readonly entry: string
  /** What `OpenIntent.keep` sealed. */
  readonly sealed?: string | undefined
}

/** A run of another machine, which cannot be seen, has ended after this long, in milliseconds. */
const longestRun = 3_600_000

/** Logins and issues of this configuration that were cut off: their run is over. */
export async function findCutOff(ports: Ports): Promise<readonly Unfinished[]> {
  const over: Unfinished[] = []
  for (const one of await readUnfinished(ports)) if (await isOver(ports, one)) over.push(one)
  return over
}

/** All logins and issues of this configuration that have not ended, those under way too. */
export async function readUnfinished(ports: Ports): Promise<readonly Unfinished[]> {
  const journal = await ports.journal('unfinished')
  const all: Unfinished[] = []
  for (const entry of await journal.list(intentPrefix(ports)))
    all.push(...(await readEntry(ports, journal, entry)))
  return all.filter(({ configuration }) => configuration === ports.configuration)
}

async function readEntry(
  { stores }: Ports,
  journal: Journal,
  entry: string,
): Promise<readonly Unfinished[]> {
  try {
    const found = await journal.read(entry)
    const intent = found && parseIntent(found.intent, stores)
    return intent === undefined ? [] : [{ ...intent, entry, sealed: found?.record }]
  } catch (error) {
    if (isToknError(error, 'store')) return []
    throw error
  }
}

export async function isOver(ports: Ports, { run, at }: Unfinished): Promise<boolean> {
  const invocations = await ports.invocations()
  return invocations.isOver(run) ?? Math.abs(ports.clock.now() - at) > longestRun
}

/**
 * What was sealed; `undefined` where it does not open: it is damaged, or its key is gone. Throws
 * `store` where there is no key now.
 */
export async function openSealed(
  ports: Ports,
  unfinished: Unfinished,
): Promise<string | undefined> {
  const { store, entry, sealed } = unfinished
  if (sealed === undefined) return undefined
  const key = await (await ports.store(store, idBeside(unfinished))).sealingKey()
  const { open } = await ports.seal()
  try {
    return await open(sealed, key, entry)
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

export async function forget(ports: Ports, { entry }: Unfinished): Promise<void> {
  await (await ports.journal('unfinished')).remove(entry)
}

/** Forgets what was answered for a profile, and not that it was asked for. Throws `store`. */
export async function forgetReplies(ports: Ports, profileId: string): Promise<void> {
  const journal = await ports.journal('unfinished')
  for (const { entry, profile, sealed } of await findCutOff(ports)) {
    // Reserves the room again, which keeps only the intent of what was there.
    if (profile?.id === profileId && sealed !== undefined) await journal.reserve(entry)
  }
}
