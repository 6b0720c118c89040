import { isFailure, ToknError } from '../../core/errors.ts'
import type { Reach } from '../../core/provider.ts'
import type { Secret } from '../../core/secret.ts'
import type { TokenSet } from '../../core/token.ts'
import { words } from '../../messages/words.ts'
import { parseReply } from '../replies/parsed-reply.ts'
import { findValue, listPlaces } from '../replies/place.ts'
import { isUsableAccess } from '../replies/token-values.ts'
import { asList } from '../schema/as-list.ts'
import type { Exchange, ReplyPlan } from '../schema/definition.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { readAccepted } from './operation.ts'
import type { ApiOperation } from './request.ts'
import { newTokenSet } from './token-set.ts'

/**
 * The tokens in a reply that was pasted, by the plans of the operations that give tokens, in turn.
 * Throws `usage` that names the fields looked for, and quotes nothing.
 */
export async function readPastedReply(
  api: ApiOperation,
  pasted: Secret,
  values: RequestValues,
  reach: Pick<Reach, 'clock' | 'warn'>,
): Promise<TokenSet> {
  const { definition, location } = api
  const now = reach.clock.now()
  const url = new URL(location.baseUrl)
  const looking = plansOf(api)
  let cause: unknown
  try {
    for (const plan of looking) {
      // Of a reply that was kept for a while nobody knows the headers, nor when it was sent.
      const sent = { status: 200, headers: [], body: pasted.reveal() }
      const reply = parseReply(sent, plan, url, now, reach.clock)
      const { headers, body } = reply
      const view = { headers, url, body, values, unwrap: plan.unwrap }
      if (!isUsableAccess(findValue(inBody(plan.access), view))) continue
      const found = await readAccepted(api, { reply, plan }, values, reach)
      return newTokenSet(api, [], found, {}, now)
    }
  } catch (error) {
    if (!isFailure(error)) throw error
    cause = error
  }
  const said = words.pasted.notAReply(definition.title, namesOf(looking))
  throw new ToknError('usage', said, { cause })
}

function plansOf({ definition }: ApiOperation): readonly ReplyPlan[] {
  const { login, refresh, issue } = definition
  return [login, refresh, issue]
    .flatMap((operation) => asList<Exchange>(operation))
    .flatMap(({ reply, otherwise }) => [reply, otherwise?.reply])
    .filter((plan) => plan !== undefined)
    .filter(({ access, format }) => inBody(access).length > 0 && (format ?? 'json') === 'json')
}

function inBody(access: ReplyPlan['access']) {
  return listPlaces(access).filter(({ body }) => body !== undefined && body !== '')
}

/** The names of the fields, as the document of the API has them. */
function namesOf(plans: readonly ReplyPlan[]): readonly string[] {
  const names = plans.flatMap(({ access, refresh, unwrap = [] }) =>
    [...inBody(access), ...inBody(refresh)].map(({ body = '' }) =>
      [...unwrap.slice(0, 1), body].join('.'),
    ),
  )
  return [...new Set(names)]
}
