import type { ParsedReply } from './parsed-reply.ts'
import type { Condition, ExpiryPlan, Places, ReplyPlan } from '../schema/definition.ts'
import { pathSegments } from '../schema/path.ts'
import { listPlaces } from './place.ts'
import { pointerSegment } from '../../core/json-text.ts'
import { asList } from '../schema/as-list.ts'

/** The body paths that a plan reads, as JSON Pointers, without those within list entries. */
export function bodyPointers(plan: ReplyPlan): readonly string[] {
  const entries = plan.items !== undefined
  const outer = entries ? listPlaces(plan.items) : [...placesOf(plan)]
  const paths = outer.flatMap((place) => (place.body === undefined ? [] : [place.body]))
  const envelopes = ['', ...(plan.unwrap ?? [])].map(pointerOf)
  return envelopes.flatMap((envelope) => paths.map((path) => envelope + pointerOf(path)))
}

/** The keys that a plan reads and that were given twice, as JSON Pointers: the last one counts. */
export function duplicateKeys(plan: ReplyPlan, { duplicates }: ParsedReply): readonly string[] {
  if (duplicates.size === 0) return []
  const read = bodyPointers(plan)
  return [...duplicates].filter((duplicate) =>
    read.some((pointer) => `${pointer}/`.startsWith(`${duplicate}/`)),
  )
}

function* placesOf(plan: ReplyPlan): Generator<ReturnType<typeof listPlaces>[number]> {
  const { access, refresh, id, name, scopes, userId, context, facts, active } = plan
  const direct: Array<Places | undefined> = [access, refresh, id, name, scopes, userId]
  const named = [context, facts, plan.signingKey].flatMap((part) => Object.values(part ?? {}))
  const ends = [plan.expiry, plan.refreshExpiry].flatMap(froms)
  const checked = ([active] as Array<Condition | undefined>).map((condition) => condition?.at)
  for (const places of [...direct, ...named, ...ends, ...checked]) yield* listPlaces(places)
}

function froms(plans: ExpiryPlan | readonly ExpiryPlan[] | undefined): readonly Places[] {
  return asList<ExpiryPlan>(plans).map((plan) => plan.from)
}

function pointerOf(path: string): string {
  return pathSegments(path).map(pointerSegment).join('')
}
