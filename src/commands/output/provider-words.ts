import type { Operation, Provider } from '../../core/provider.ts'
import type { ScopeTraits, Traits } from '../../core/traits.ts'
import { words } from '../../messages/words.ts'

/** What the places that speak of scopes say each in their own way. */
interface ScopeWords {
  readonly forms: Readonly<Record<NonNullable<ScopeTraits['form']>, string>>
  suchAs(form: string, known: readonly string[]): string
  unscoped(scopes: string): string
}

/** How many of the scopes in the documents are named as examples. */
const examples = 3

export function scopesInWords(scopes: ScopeTraits | undefined, say: ScopeWords): string {
  const { noScopesAsked, oneOf } = words.reports
  if (scopes === undefined) return noScopesAsked()
  const { form = 'any', choices, known = [], unscoped } = scopes
  const plain = choices === undefined ? say.forms[form] : oneOf(choices.join(', '))
  const such = known.slice(0, examples)
  const said = choices === undefined && such.length > 0 ? say.suchAs(plain, such) : plain
  return unscoped === 'all' ? say.unscoped(said) : said
}

/** What is put between a name and its value. */
const between = { headers: ': ', query: '=', cookies: '=' } as const

type Place = keyof typeof between

const places = ['headers', 'query', 'cookies'] as const satisfies Place[]

/** `Access-Token: {access}` and the like, by the place that carries it; `fill` changes the values. */
export function partsOf(
  carrier: Traits['carrier'] | undefined,
  fill: (value: string) => string = (value) => value,
): ReadonlyArray<readonly [place: Place, parts: readonly string[]]> {
  return places.flatMap((place) => {
    const values = Object.entries(carrier?.[place] ?? {})
    const parts = values.map(([name, value]) => `${name}${between[place]}${fill(value)}`)
    return parts.length === 0 ? [] : [[place, parts] as const]
  })
}

/** How a provider does an operation: as its API has it, by issuing a successor, or not at all. */
export function wayOf(provider: Provider, operation: Operation): 'own' | 'issuing' | 'none' {
  if (provider[operation] !== undefined) return 'own'
  return operation === 'refresh' && provider.rotation === 'reissue' ? 'issuing' : 'none'
}
