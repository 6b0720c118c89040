import { ToknError } from '../core/errors.ts'
import type { Answer } from './answer.ts'
import type { Condition, ExpiryPlan, Places, ReplyPlan } from './definition.ts'
import { pathSegments } from './path.ts'
import { listPlaces } from './place.ts'
import { pointerSegment } from '../core/json-text.ts'
import { asList } from './lists.ts'

/** The body paths that a plan reads on the outside, as JSON Pointers: those of list entries are not. */
export function bodyPointers(plan: ReplyPlan): readonly string[] {
  const entries = plan.items !== undefined
  const outer = entries ? listPlaces(plan.items) : [...placesOf(plan)]
  const paths = outer.flatMap((place) => (place.body === undefined ? [] : [place.body]))
  const envelopes = ['', ...(plan.unwrap ?? [])].map(pointerOf)
  return envelopes.flatMap((envelope) => paths.map((path) => envelope + pointerOf(path)))
}

/** Throws `provider_nonsense` when a key that a plan reads was given twice: either could be meant. */
export function assertUnambiguous(plan: ReplyPlan, answer: Answer): void {
  if (answer.duplicates.size === 0) return
  const read = bodyPointers(plan)
  for (const duplicate of answer.duplicates) {
    if (!read.some((pointer) => `${pointer}/`.startsWith(`${duplicate}/`))) continue
    throw new ToknError('provider_nonsense', 'the provider gave a value twice in one answer', {
      http: { status: answer.status },
      sent: true,
    })
  }
}

function* placesOf(plan: ReplyPlan): Generator<ReturnType<typeof listPlaces>[number]> {
  const { access, refresh, id, name, scopes, userId, context, facts, active } = plan
  const direct: Array<Places | undefined> = [access, refresh, id, name, scopes, userId]
  const named = [...Object.values(context ?? {}), ...Object.values(facts ?? {})]
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
