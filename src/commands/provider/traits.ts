import type { Provider } from '../../core/provider.ts'
import type { Traits } from '../../core/traits.ts'
import { words } from '../../messages/words.ts'
import { partsOf, scopesInWords, wayOf } from '../output/provider-words.ts'

/** What `provider show` tells of an API before anybody logs in. */
export function traitRows(provider: Provider, needsBaseUrl: boolean): readonly string[][] {
  const { origins, traits, budget, pasted } = provider
  const { traitLabels: labels, ownAddress, budgetOf, pastedEnds } = words.reports
  const [made, ...used] = needsBaseUrl ? [ownAddress(), ...origins.slice(1)] : origins
  const rows = [
    [labels.address, made],
    [labels.sentTo, used.join(', ')],
    ...(traits === undefined ? [] : rowsOf(traits)),
    [labels.refresh, refreshInWords(provider)],
    [labels.budget, budget && budgetOf(budget.per, budget.logins, budget.refreshes)],
    [labels.pasted, pasted && pastedEnds[pasted.expiry]],
  ]
  return rows.flatMap(([label = '', text = '']) => (text === '' ? [] : [[`  ${label}`, text]]))
}

function rowsOf({ carrier, scopes, lifetime, sliding, lifetimes }: Traits) {
  const { traitLabels: labels, carriers, noneOnRequest, scopeWords } = words.reports
  const carried = partsOf(carrier).flatMap(([place, parts]) => parts.map(carriers[place]))
  return [
    [labels.carrier, carried.join(', ')],
    [labels.scopes, scopesInWords(scopes, scopeWords)],
    [labels.lifetime, lifetimeInWords(lifetime, sliding === true)],
    [labels.wanted, lifetimes === undefined ? noneOnRequest() : wantedInWords(lifetimes)],
  ]
}

function lifetimeInWords(lifetime: string | undefined, sliding: boolean): string {
  const { prolongedByUse, saidByReply, usuallyLives } = words.reports
  if (lifetime !== undefined) return usuallyLives(lifetime, sliding)
  return sliding ? prolongedByUse() : saidByReply()
}

function wantedInWords(lifetimes: NonNullable<Traits['lifetimes']>): string {
  const { choices, least, most, step } = lifetimes
  const { lifetimesBetween, oneOf } = words.reports
  return choices === undefined ? lifetimesBetween(least, most, step) : oneOf(choices.join(', '))
}

function refreshInWords(provider: Provider): string {
  const { noRefresh, rotations } = words.reports
  return wayOf(provider, 'refresh') === 'none' ? noRefresh() : rotations[provider.rotation]
}

/** The same as JSON; `null` where the API has no such thing, or it is not known. */
export function describeTraits({ origins, traits, pasted }: Provider, needsBaseUrl: boolean) {
  const carrier = traits?.carrier
  const { scopes, lifetimes } = traits ?? {}
  return {
    address: needsBaseUrl ? null : (origins[0] ?? null),
    sent_to: needsBaseUrl ? origins.slice(1) : origins,
    carrier: {
      headers: carrier?.headers ?? {},
      query: carrier?.query ?? {},
      cookies: carrier?.cookies ?? {},
    },
    scopes:
      scopes === undefined
        ? null
        : {
            form: scopes.form ?? 'any',
            choices: scopes.choices ?? null,
            known: scopes.known ?? [],
            unscoped: scopes.unscoped ?? null,
          },
    lifetime: traits?.lifetime ?? null,
    sliding: traits?.sliding === true,
    lifetimes: lifetimes ?? null,
    pasted: pasted?.expiry ?? null,
  }
}
