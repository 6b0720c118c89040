import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import { asList } from '../schema/as-list.ts'
import { placeholdersOf } from '../templates/template.ts'

const forms = {
  any: /^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/u,
  digits: /^[0-9]+$/,
  hex: /^[0-9a-fA-F]+$/,
  uuid: /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/,
} as const

/** Throws `usage` for a text that cannot be the id of a token. */
export function checkTarget({ title, ids, revoke }: ProviderDefinition, id: string): void {
  const form = ids?.form ?? 'any'
  const whole = id.trim() === id && forms[form].test(id)
  if (!whole || id.length > (ids?.maxLength ?? 256)) {
    throw new ToknError('usage', words.requests.notATokenId(title), { sent: false })
  }
  if ((id === '.' || id === '..') && isInPath(revoke)) {
    throw new ToknError('usage', words.requests.tokenIdNotInUrl(id, title), { sent: false })
  }
}

function isInPath(revoke: ProviderDefinition['revoke']): boolean {
  return asList<Exchange>(revoke).some(({ request }) =>
    placeholdersOf(request.path).some(({ name }) => name === 'target'),
  )
}
