import { ToknError } from '../core/errors.ts'
import type { ProviderDefinition } from './definition.ts'

const forms = {
  any: /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/u,
  digits: /^[0-9]+$/,
  hex: /^[0-9a-fA-F]+$/,
  uuid: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
} as const

/** Throws `usage` for a text that cannot be the id of a token, before anything is sent. */
export function checkTarget({ title, ids }: ProviderDefinition, id: string): void {
  const form = ids?.form ?? 'any'
  const whole = id.trim() === id && forms[form].test(id) && !/^\.{1,2}$|^\*$/.test(id)
  if (whole && id.length <= (ids?.maxLength ?? 256)) return
  throw new ToknError('usage', `that cannot be the id of a token of ${title}`, {
    hint: 'see the ids with: tokn list --remote',
    sent: false,
  })
}
