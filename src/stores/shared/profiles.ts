import { isFailure, ToknError } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'
import type { SharedEngine, SharedParts, SharedRow } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { sealRow, verifyPart, type NewParts } from './codec.ts'
import type { KeyRing } from './key-ring.ts'
import { resealRow } from './reseal.ts'
import { listedName } from './listed-name.ts'
import type { NamedRow } from './pages.ts'
import type { Rows } from './rows.ts'
import { damagedPart, readSignedJson } from './signed-part.ts'
import { checkMayWrite, type StoreKeys } from './store-keys.ts'

/** A profile as its row has it, signed: nothing of it is secret. */
export interface KeptProfile {
  readonly name: string
  readonly id: string
  /** Its fields, as `config.json` has them, but for the store and its address: they are this row's. */
  readonly entry: Readonly<Record<string, unknown>>
  /** Text of the user's own definition of its provider, where it has one. */
  readonly definition?: string | undefined
}

/** A row, and the profile in it, if there is one, or why it is not trusted. */
export interface FoundProfile {
  readonly row: SharedRow
  readonly profile?: KeptProfile | undefined
  readonly fault?: ToknError | undefined
}

/** The profiles of one store. Calls throw what the engine throws, and `store` for a key that does not fit. */
export interface SharedProfiles {
  find(name: string): Promise<FoundProfile | undefined>
  read(id: string): Promise<FoundProfile | undefined>
  /** Rows with these parts, and no more of the others than that they are there. */
  list(parts: ReadonlyArray<'profile' | 'index'>): Promise<readonly FoundProfile[]>
  /** All rows, whole, a page at a time; the session of each may be asked for next. */
  each(): AsyncIterable<FoundProfile>
  /** Of at most so many rows that have a profile, by whatever is in it: nothing is verified. */
  names(most?: number): Promise<readonly NamedRow[]>
  /** Sets parts of a row; makes it, under `name`, where it is not there. `store`: the name is taken. */
  write(row: Pick<KeptProfile, 'id' | 'name'>, parts: NewParts): Promise<void>
  /** Gives a row another name, and all of its parts anew: the name is signed with each. */
  rename(id: string, to: string): Promise<void>
  /** Whether there was one; with it goes all that it holds. */
  remove(id: string): Promise<boolean>
}

/** So often a row is read again that another process has written meanwhile. */
const attempts = 8

export function openSharedProfiles(
  engine: SharedEngine,
  rows: Pick<Rows, 'read' | 'change' | 'offer'>,
  ring: Pick<KeyRing, 'opening' | 'prepare'>,
): SharedProfiles {
  return {
    find: async (name) => {
      const asked = engine.find(name)
      // While the engine is connected to: it takes its time, and a process of its own, for that.
      setImmediate(ring.prepare)
      const row = await asked
      // Its session is asked for next.
      if (row !== undefined) rows.offer(row)
      return await see(row)
    },
    read: async (id) => await see(await rows.read(id)),
    list: async (parts) => {
      const { allRows } = await import('./pages.ts')
      const found: FoundProfile[] = []
      for await (const row of allRows(engine, parts)) {
        found.push(await seen({ ...row, name: listedName(row.name) }))
      }
      return found
    },
    each: async function* () {
      const { allRows } = await import('./pages.ts')
      for await (const row of allRows(engine)) {
        rows.offer(row)
        yield await seen({ ...row, name: listedName(row.name) })
      }
    },
    names: async (most) => await (await import('./pages.ts')).namesOf(engine, most),
    write: async ({ id, name: wanted }, parts) => {
      const incarnation = await engine.incarnation()
      await rows.change(id, async (row, keys) => {
        const name = row?.name ?? wanted
        const generation = parts.record?.generation ?? row?.generation ?? 0
        const target = { id, name, parts: row?.parts ?? {}, incarnation }
        return { name, generation, parts: present(sealRow(keys, target, parts)) }
      })
    },
    rename: async (id, to) => {
      await rows.change(id, async (row, keys) =>
        row === undefined || row.name === to
          ? undefined
          : { name: to, generation: row.generation, parts: present(resealRow(keys, row, to)) },
      )
    },
    remove: async (id) => {
      // Whoever may not write what counts may not take it away either.
      await ring.opening((keys) => checkMayWrite(keys, engine.describe()))
      for (let attempt = 0; attempt < attempts; attempt++) {
        const row = await engine.read(id)
        if (row === undefined) return attempt > 0
        if (await engine.remove(id, { version: row.version })) return true
      }
      throw new ToknError('busy', words.storeCommands.rowBusy(engine.describe()))
    },
  }

  async function see(row: SharedRow | undefined): Promise<FoundProfile | undefined> {
    return row === undefined ? undefined : await seen(row)
  }

  async function seen(row: SharedRow): Promise<FoundProfile> {
    try {
      return { row, profile: await ring.opening((keys) => keptProfile(keys, row)) }
    } catch (error) {
      if (!isFailure(error) || error.code !== 'store' || error.details.fault !== 'damaged')
        throw error
      return { row, fault: error }
    }
  }
}

/**
 * The profile of a row, verified; `undefined` where it has none (yet). Throws `store` where it was not
 * signed with a key of this store, or for another row.
 */
export function keptProfile(keys: StoreKeys, row: SharedRow): KeptProfile | undefined {
  const text = verifyPart(keys, 'profile', row)
  if (text === undefined) return undefined
  const value = readSignedJson(text)
  const entry = isObject(value) ? value['profile'] : undefined
  if (!isObject(value) || value['v'] !== 1 || !isObject(entry) || entry['id'] !== row.id) {
    throw damagedPart('profile')
  }
  return { name: row.name, id: row.id, entry, definition: ownString(value, 'definition') }
}

function present(parts: SharedParts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(parts).filter((part): part is [string, string] => part[1] !== undefined),
  )
}
