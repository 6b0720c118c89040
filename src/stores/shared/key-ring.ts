import { isToknError, ToknError } from '../../core/errors.ts'
import type { KeyLook } from '../../core/fleet.ts'
import type { Secret } from '../../core/secret.ts'
import type { SharedEngine } from '../../core/shared-engine.ts'
import { words } from '../../messages/words.ts'
import { firstKeys } from './codec.ts'
import { namesIn } from './keys-document.ts'
import { beginningOf, type SignedPart } from './signed-part.ts'
import { openKeys, type StoreKeys } from './store-keys.ts'

/** Keys to write with, and the version of the document `keys` that a write compares. */
export interface WritingKeys {
  readonly keys: StoreKeys
  readonly version: string
}

export interface KeyRing {
  /**
   * Runs `work`, which verifies and opens, with the keys that the key alone gives; where that does not
   * do, once more with those in use by the document. Throws `store`.
   */
  opening<Value>(work: (keys: StoreKeys) => Value): Promise<Value>
  /**
   * The keys that the key alone gives, where nothing else is known yet and they have signed `text`, as
   * it says; it is not verified.
   */
  atHand(part: SignedPart, text: string): StoreKeys | undefined
  /** Makes what `opening` takes first. Never throws: what is no key is told where something is opened. */
  prepare(): void
  /** Asks for the document at the first call, and makes the first one. Throws `store`. */
  writing(): Promise<WritingKeys>
  /** How the key at hand and those in use stand, asked anew. Throws `store`. */
  look(): Promise<KeyLook>
  /** Whatever is known of the document is old. */
  forget(): void
}

/** Throws `store` where no key is given, with the names of those that would do. */
export async function refuseNone(
  engine: Pick<SharedEngine, 'readDocument' | 'describe'>,
): Promise<never> {
  const names = await engine.readDocument('keys').then(
    (document) => (document === undefined ? [] : namesIn(document.text)),
    (error: unknown) => {
      // It may have no tables yet, which the first login with a key makes.
      if (isToknError(error, 'store')) return undefined
      throw error
    },
  )
  throw new ToknError('store', words.fleet.noStoreKey(engine.describe(), names))
}

/** The keys of a store by the key that the user gives, asked of the engine no sooner than needed. */
export function openKeyRing(
  engine: Pick<SharedEngine, 'readDocument' | 'writeDocument' | 'describe'>,
  key: () => Secret | undefined,
): KeyRing {
  let alone: StoreKeys | undefined
  let known: Promise<WritingKeys> | undefined
  // What is under way with keys that go meanwhile may be ended.
  let before: StoreKeys | undefined

  const given = async (): Promise<Secret> => key() ?? (await refuseNone(engine))
  const read = async (): Promise<WritingKeys> => {
    const document = await engine.readDocument('keys')
    const keys = openKeys(await given(), document?.text, before)
    before = keys
    return { keys, version: document?.version ?? '' }
  }
  const readOnce = (): Promise<WritingKeys> => {
    known ??= read()
    known.catch(() => (known = undefined))
    return known
  }
  const begin = async (): Promise<WritingKeys> => {
    const found = await readOnce()
    if (found.version !== '') return found
    // The first who writes says which key it is: another one is refused from then on.
    await engine.writeDocument('keys', '', firstKeys(found.keys))
    known = undefined
    return await readOnce()
  }
  return {
    opening: async (work) => {
      const before = known
      const keys =
        before === undefined ? (alone ??= openKeys(await given(), undefined)) : (await before).keys
      try {
        return work(keys)
      } catch (error) {
        if (!isToknError(error, 'store')) throw error
        // Unless another has asked anew meanwhile: of many that do not open each would ask once.
        if (known === before) known = undefined
        const { keys: inUse, version } = await readOnce()
        if (version === '') throw error
        return work(inUse)
      }
    },
    atHand: (part, text) => {
      const isOurs = alone !== undefined && text.startsWith(beginningOf(part, alone.kid))
      return known === undefined && isOurs ? alone : undefined
    },
    prepare: () => {
      const value = key()
      if (known !== undefined || value === undefined) return
      try {
        alone ??= openKeys(value, undefined)
        alone.readers()
        alone.refresher?.refreshers()
        for (const { sign } of alone.sets) sign()
      } catch (error) {
        if (!isToknError(error)) throw error
      }
    },
    writing: begin,
    look: async () => {
      const { keys, version } = await read()
      const { kid, from, role } = keys
      return { kid, from, role, inUse: version === '' ? [] : keys.sets.map((set) => set.kid) }
    },
    forget: () => void (known = undefined),
  }
}
