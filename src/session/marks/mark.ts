import { isToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import { storeKinds, type Profile, type StoreKind } from '../../core/profile.ts'
import type { Grant } from '../../core/token.ts'
import type { Ports } from '../ports.ts'

/**
 * What a login or an issue writes down before its request goes out, so that no kill leaves a token
 * at the provider of which nobody here knows. No secrets.
 */
export interface Intent {
  readonly kind: 'login' | 'issue'
  /** Epoch milliseconds. */
  readonly at: number
  readonly configuration: string
  readonly run: string
  /** Whether a request that may make a token was about to go out. */
  readonly sent: boolean
  /** The store whose key seals what is answered. */
  readonly store: StoreKind
  /** Where the token is made. */
  readonly origin: string
  /** What is to hold the token; absent where it is printed. */
  readonly profile?: Profile | undefined
  /** Of a login: another store, that holds the session before and is to give it up. */
  readonly former?: StoreKind | undefined
  /** Of an issue: whose token asks for it, for what, and the ids that the name had before. */
  readonly parent?: Pick<Profile, 'id' | 'name'> | undefined
  readonly grant?: Grant | undefined
  readonly before?: readonly string[] | undefined
}

export type Wish = Omit<Intent, 'at' | 'configuration' | 'run' | 'sent'>

/** A mark in the journal, of this run or of one that was cut off. */
export interface Mark extends Intent {
  /** Its name in the journal. */
  readonly entry: string
  /** What was answered, sealed; see `keep`. */
  readonly sealed?: string | undefined
}

/** The mark of a login or an issue under way. */
export interface OpenMark {
  readonly entry: string
  /** Durable when it returns. Throws `store`. */
  note(change: Partial<Intent>): void
  /** Seals a text into the room that was reserved; durable when it resolves. Throws `store`. */
  keep(text: string): Promise<void>
  /** Never throws: a mark that stays is cleared by `tokn doctor --fix`. */
  remove(): void
}

/** For a run of another machine, that cannot be seen: it has ended after this long, in milliseconds. */
const longestRun = 3_600_000

/** Reserves room and writes the intent, durably. Throws `store`. */
export async function openMark(ports: Ports, wish: Wish): Promise<OpenMark> {
  const entry = `${wish.kind}:${ports.randomId()}`
  const key = await (await ports.store(wish.store)).sealingKey()
  const { seal } = await ports.seal()
  // Loads what sealing takes: nothing stands between the answer and the disk.
  await seal('', key, entry)
  const { own } = await ports.runs()
  const { configuration } = ports
  let intent: Intent = { ...wish, at: ports.clock.now(), configuration, run: own, sent: false }
  const slot = (await ports.journal()).reserve(entry)
  const mark: OpenMark = {
    entry,
    note: (change) => {
      intent = { ...intent, ...change }
      slot.intend(JSON.stringify(intent))
    },
    keep: async (text) => slot.respond(await seal(text, key, entry)),
    remove: () => attempt(ports, () => slot.remove()),
  }
  try {
    mark.note({})
  } catch (error) {
    mark.remove()
    throw error
  }
  return mark
}

/** The marks of this configuration whose run is over: what was cut off. */
export async function findMarks(ports: Ports): Promise<readonly Mark[]> {
  const over: Mark[] = []
  for (const mark of await readMarks(ports)) if (await isOver(ports, mark)) over.push(mark)
  return over
}

/** All marks of this configuration, those of runs that go on too. */
export async function readMarks(ports: Ports): Promise<readonly Mark[]> {
  const journal = await ports.journal()
  return journal
    .list()
    .filter(isMark)
    .flatMap((entry) => {
      try {
        const found = journal.read(entry)
        const intent = found && parseIntent(found.intent)
        if (intent?.configuration !== ports.configuration) return []
        return [{ ...intent, entry, sealed: found?.response }]
      } catch (error) {
        if (!isToknError(error, 'store')) throw error
        return []
      }
    })
}

/** Whether a name in the journal is that of a mark, and not of a refresh. */
export function isMark(entry: string): boolean {
  return /^(login|issue):/.test(entry)
}

export async function isOver(ports: Ports, { run, at }: Mark): Promise<boolean> {
  const { isOver } = await ports.runs()
  return isOver(run) ?? Math.abs(ports.clock.now() - at) > longestRun
}

/** What `keep` sealed. Throws `store`, also for a key that is gone. */
export async function openSealed(ports: Ports, { store, entry, sealed }: Mark): Promise<string> {
  const key = await (await ports.store(store)).sealingKey()
  const { open } = await ports.seal()
  return await open(sealed ?? '', key, entry)
}

export async function forget(ports: Ports, { entry }: Mark): Promise<void> {
  ;(await ports.journal()).remove(entry)
}

function attempt(ports: Ports, run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!isToknError(error, 'store')) throw error
    ports.warn(`${error.message}; what is left is cleared by: tokn doctor --fix`)
  }
}

function parseIntent(text: string): Intent | undefined {
  const value: unknown = JSON.parse(text)
  if (!isObject(value)) return undefined
  const { kind, at, sent, profile, parent, grant, before } = value
  const kindOf = (name: string) => storeKinds.find((one) => one === value[name])
  const store = kindOf('store')
  const known = (kind === 'login' || kind === 'issue') && typeof at === 'number'
  if (!known || store === undefined) return undefined
  return {
    kind,
    at,
    configuration: ownString(value, 'configuration') ?? '',
    run: ownString(value, 'run') ?? '',
    sent: sent !== false,
    store,
    origin: ownString(value, 'origin') ?? '',
    profile: isProfile(profile) ? profile : undefined,
    former: kindOf('former'),
    parent: isNamed(parent) ? parent : undefined,
    grant: isObject(grant) ? grant : undefined,
    before: Array.isArray(before) ? before.map(String) : undefined,
  }
}

function isProfile(value: unknown): value is Profile {
  return (
    isNamed(value) &&
    typeof value['provider'] === 'string' &&
    isObject(value['settings']) &&
    storeKinds.some((kind) => kind === value['store'])
  )
}

function isNamed(
  value: unknown,
): value is { readonly id: string; readonly name: string } & Record<string, unknown> {
  return isObject(value) && typeof value['id'] === 'string' && typeof value['name'] === 'string'
}
