import { isToknError } from '../../core/errors.ts'
import type { Journal } from '../../core/ports.ts'
import type { Ports } from '../ports.ts'
import { markPrefix, parseIntent, type Intent } from './intent.ts'

/** A mark, of this run or of one that was cut off. */
export interface Mark extends Intent {
  /** Its name. */
  readonly entry: string
  /** What `OpenMark.keep` sealed. */
  readonly sealed?: string | undefined
}

/** A run of another machine, which cannot be seen, has ended after this long, in milliseconds. */
const longestRun = 3_600_000

/** The marks of this configuration whose run is over: what was cut off. */
export async function findMarks(ports: Ports): Promise<readonly Mark[]> {
  const over: Mark[] = []
  for (const mark of await readMarks(ports)) if (await isOver(ports, mark)) over.push(mark)
  return over
}

/** All marks of this configuration, those of runs that go on too. */
export async function readMarks(ports: Ports): Promise<readonly Mark[]> {
  const journal = await ports.marks()
  const marks = journal.list(markPrefix(ports)).flatMap((entry) => readMark(ports, journal, entry))
  return marks.filter(({ configuration }) => configuration === ports.configuration)
}

function readMark({ stores }: Ports, journal: Journal, entry: string): readonly Mark[] {
  try {
    const found = journal.read(entry)
    const intent = found && parseIntent(found.intent, stores)
    return intent === undefined ? [] : [{ ...intent, entry, sealed: found?.record }]
  } catch (error) {
    if (isToknError(error, 'store')) return []
    throw error
  }
}

export async function isOver(ports: Ports, { run, at }: Mark): Promise<boolean> {
  const runs = await ports.runs()
  return runs.isOver(run) ?? Math.abs(ports.clock.now() - at) > longestRun
}

/**
 * What was sealed; `undefined` where it does not open: it is damaged, or its key is gone. Throws
 * `store` where there is no key now.
 */
export async function openSealed(
  ports: Ports,
  { store, entry, sealed }: Mark,
): Promise<string | undefined> {
  if (sealed === undefined) return undefined
  const key = await (await ports.store(store)).sealingKey()
  const { open } = await ports.seal()
  try {
    return await open(sealed, key, entry)
  } catch (error) {
    if (isToknError(error, 'store')) return undefined
    throw error
  }
}

export async function forget(ports: Ports, { entry }: Mark): Promise<void> {
  ;(await ports.marks()).remove(entry)
}

/** Forgets what was answered for a profile, and not that it was asked for. Throws `store`. */
export async function dropAnswers(ports: Ports, profileId: string): Promise<void> {
  const journal = await ports.marks()
  for (const { entry, profile, sealed } of await findMarks(ports)) {
    // The room is reserved anew, and of what was there the intent alone is kept.
    if (profile?.id === profileId && sealed !== undefined) journal.reserve(entry)
  }
}
