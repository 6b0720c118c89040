import { isObject } from '../../core/json.ts'
import { JsonError, readJsonText } from '../../core/json-text.ts'
import type { CallRefusals, CallReply } from '../../core/call-refusals.ts'
import { holds } from '../replies/condition.ts'
import { asList } from '../schema/as-list.ts'
import type { ProviderDefinition } from '../schema/definition.ts'

/** How the API says to a request of the user's own that the token is dead, where the definition knows. */
export function callRefusalsOf({ api }: ProviderDefinition): CallRefusals | undefined {
  if (api === undefined) return undefined
  const rules = api.refused
  return {
    needsBody: (status) =>
      rules.some(
        ({ when }) =>
          when.at !== undefined &&
          (when.status === undefined || asList<number>(when.status).includes(status)),
      ),
    isDead: ({ status, headers, body }, url) => {
      const view = { headers, url, body: readBody(body) }
      // The first that holds decides, as everywhere.
      const rule = rules.find(({ when }) => holds(when, status, view))
      return rule?.means === 'expired' || rule?.means === 'invalid'
    },
  }
}

/** Nothing but an object is an answer of which rules speak. */
function readBody(text: CallReply['body']): unknown {
  if (text === undefined) return undefined
  try {
    const { value } = readJsonText(text, { depth: 32 })
    return isObject(value) ? value : undefined
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}
