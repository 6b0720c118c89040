import { longestRecord, serializeRecord, type SessionRecord } from '../core/record.ts'
import { display } from '../core/text.ts'
import { words } from '../messages/words.ts'

/**
 * The record as a store can take it: where a provider gave more than fits beside the tokens, the
 * longest value that is not a token is left out, with a warning. The tokens are worth more.
 */
export function fit(record: SessionRecord, warn: (text: string) => void): SessionRecord {
  let fitted = record
  while (Buffer.byteLength(serializeRecord(fitted)) > longestRecord) {
    const [longest] = extrasOf(fitted).toSorted((a, b) => b.length - a.length)
    // Then the tokens themselves are too long, and the store says so.
    if (longest === undefined || longest.length === 0) return fitted
    warn(words.login.tooLongToKeep(display(longest.name, 40)))
    fitted = longest.without
  }
  return fitted
}

interface Extra {
  readonly name: string
  readonly length: number
  readonly without: SessionRecord
}

function extrasOf(record: SessionRecord): readonly Extra[] {
  const { scopes, name, context } = record
  return [
    {
      name: 'scope',
      length: scopes?.join(' ').length ?? 0,
      without: { ...record, scopes: undefined },
    },
    { name: 'name', length: name?.length ?? 0, without: { ...record, name: undefined } },
    ...Object.entries(context).map(([key, value]) => ({
      name: key,
      length: value.length,
      without: {
        ...record,
        context: Object.fromEntries(Object.entries(context).filter(([other]) => other !== key)),
      },
    })),
  ]
}
