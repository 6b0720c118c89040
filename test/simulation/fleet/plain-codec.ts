import { ToknError } from '../../../src/core/errors.ts'
import type {
  NewParts,
  OpenedRecord,
  SealedRow,
  WrittenRow,
} from '../../../src/stores/shared/codec.ts'
import type { SharedParts } from '../../../src/core/shared-engine.ts'
import type { StoreKeys } from '../../../src/stores/shared/store-keys.ts'

// What stands for `codec.ts` and `store-keys.ts` of `src/stores/shared` in a simulated world: the same
// checks of what belongs together, without a cipher, which would take longer than all the rest.

export * from '../../../src/stores/shared/codec.ts'
export * from '../../../src/stores/shared/store-keys.ts'

interface Sealed {
  readonly part: string
  readonly id: string
  readonly name: string
  readonly generation: number
  readonly incarnation?: string | undefined
  readonly text: string
}

export function sealRow(_: StoreKeys, row: WrittenRow, parts: NewParts): SharedParts {
  const { id, name, incarnation } = row
  const { profile, index, record } = parts
  const seal = (part: string, text: string, generation = 0) =>
    JSON.stringify({ part, id, name, generation, incarnation, text } satisfies Sealed)
  return {
    ...(profile === undefined ? {} : { profile: seal('profile', profile) }),
    ...(index === undefined ? {} : { index: seal('index', index) }),
    ...(record === undefined ? {} : { record: seal('record', record.text, record.generation) }),
  }
}

export function openRecord(_: StoreKeys, row: SealedRow): OpenedRecord | undefined {
  const sealed = open('record', row, row.parts.record)
  if (sealed === undefined) return undefined
  const { generation, incarnation = '', text } = sealed
  if (generation !== row.generation) throw damaged()
  return { text, generation, incarnation, complete: true }
}

export function verifyPart(
  _: StoreKeys,
  part: 'profile' | 'index',
  row: Pick<SealedRow, 'id' | 'name' | 'parts'>,
): string | undefined {
  return open(part, row, row.parts[part])?.text
}

export function sealJournal(
  _: StoreKeys,
  row: { readonly id: string; readonly name: string; readonly generation: number },
  text: string,
): string {
  const { id, name, generation } = row
  return JSON.stringify({ part: 'journal', id, name, generation, text } satisfies Sealed)
}

export function openJournal(
  _: StoreKeys,
  row: Pick<SealedRow, 'id' | 'name' | 'parts'>,
): { readonly text: string; readonly generation: number } | undefined {
  return open('journal', row, row.parts.journal)
}

export function sealingKey(): Uint8Array {
  return new Uint8Array(32).fill(7)
}

export function firstKeys(): string {
  return 'keys'
}

export function openKeys(): StoreKeys {
  return { role: 'refresher', kid: 'the one', serial: 1 } as unknown as StoreKeys
}

function open(
  part: string,
  { id, name }: { readonly id: string; readonly name: string },
  text: string | undefined,
): Sealed | undefined {
  if (text === undefined) return undefined
  const sealed = parse(text)
  if (sealed.part !== part || sealed.id !== id || sealed.name !== name) throw damaged()
  return sealed
}

const parsed = new Map<string, Sealed>()

/** Each row is read by many, and again and again. */
function parse(text: string): Sealed {
  const known = parsed.get(text)
  if (known !== undefined) return known
  if (parsed.size >= 50) parsed.clear()
  const sealed = JSON.parse(text) as Sealed
  parsed.set(text, sealed)
  return sealed
}

function damaged(): ToknError {
  return new ToknError('store', 'what is stored is damaged', { fault: 'damaged' })
}
