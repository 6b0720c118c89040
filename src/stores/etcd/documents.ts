import { randomBytes } from 'node:crypto'
import type { SharedDocument } from '../../core/shared-engine.ts'
import type { Gateway } from './gateway.ts'
import type { Layout } from './layout.ts'
import * as wire from './wire.ts'

export interface Documents {
  read(name: string): Promise<SharedDocument | undefined>
  write(name: string, version: string, text: string | null): Promise<string | undefined>
}

export function openDocuments({ ask }: Pick<Gateway, 'ask'>, keys: Layout): Documents {
  return { read, write }

  async function read(name: string): Promise<SharedDocument | undefined> {
    const { answer } = await ask('/v3/kv/range', wire.allBelow(keys.document(name)))
    const [text, version] = wire.valuesOf(answer)
    return text === undefined || version === undefined
      ? undefined
      : { version: version.value, text: text.value }
  }

  async function write(
    name: string,
    version: string,
    text: string | null,
  ): Promise<string | undefined> {
    const key = keys.documentVersion(name)
    const next = text === null ? '' : randomBytes(12).toString('base64url')
    const { answer, repeated } = await ask('/v3/kv/txn', {
      compare: [wire.isValue(key, version === '' ? undefined : version)],
      success:
        text === null
          ? [wire.deleting(wire.allBelow(keys.document(name)))]
          : [wire.putting(`${keys.document(name)}text`, text), wire.putting(key, next)],
      failure: [wire.getting(wire.one(key))],
    })
    if (wire.hasSucceeded(answer)) return next
    const [[found] = []] = wire.rangesOf(answer)
    // An attempt whose answer was lost has been carried out.
    return (found?.value ?? '') === next && (text !== null || repeated) ? next : undefined
  }
}
