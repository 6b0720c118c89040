import { operations, type Provider } from '../../core/provider.ts'
import { words } from '../../messages/words.ts'
import { openUnprofiled } from '../../session/open-anywhere.ts'
import type { Context } from '../context.ts'
import { partsOf, scopesInWords, wayOf } from '../output/provider-words.ts'
import type { Block, Item } from './layout.ts'

interface BuiltIn {
  readonly provider: Provider
  readonly needsBaseUrl: boolean
}

/** The providers that come with the program; those that are OAuth under another name stand for it. */
async function builtIns(context: Context): Promise<{
  readonly opened: readonly BuiltIn[]
  readonly presets: readonly string[]
}> {
  const { text } = await context.definitions({})
  const known = (await context.providers({})).filter(({ source }) => source === 'built-in')
  const first = known.findIndex(({ id }) => text(id) === undefined)
  const opened = known.slice(0, first + 1).map(async ({ id, needsBaseUrl }) => {
    const provider = await openUnprofiled(context.ports({}), id, needsBaseUrl)
    return { provider, needsBaseUrl }
  })
  return { opened: await Promise.all(opened), presets: known.slice(first + 1).map(({ id }) => id) }
}

/** Where the tokens of each provider travel, and what it cannot do. */
export async function providerBlocks(context: Context): Promise<readonly Block[]> {
  const { intro, presets: heading, presetsText } = words.topics.providers
  const { opened, presets } = await builtIns(context)
  return [
    { text: intro },
    ...opened.map((one) => ({
      heading: `${one.provider.id}: ${one.provider.title}`,
      items: providerItems(one),
    })),
    { text: `oauth, ${heading}:\n  ${presetsText(presets.join(', '))}` },
  ]
}

function providerItems({ provider, needsBaseUrl }: BuiltIn): readonly Item[] {
  const { address, alsoTo, cannot, byIssuing, notSaid, ownAddress, token } = words.topics.providers
  const [made, ...further] = provider.origins
  const missing = operations.flatMap((operation): Item[] => {
    const way = wayOf(provider, operation)
    if (way === 'own') return []
    if (way === 'issuing') return [[operation, byIssuing]]
    return [[cannot(operation), provider.why[operation] ?? notSaid]]
  })
  return [
    [address, needsBaseUrl ? ownAddress : (made ?? '')],
    [token, carriersOf(provider).join('; ')],
    [alsoTo, further.join(', ')],
    ...missing,
  ].filter((item): item is Item => item[1] !== '')
}

/** By place, with what a field usually is in its place, and `TOKEN` in that of the token. */
function carriersOf({ traits, fields }: Provider): readonly string[] {
  const { headers, query, cookies } = words.topics.providers
  const filled = partsOf(traits?.carrier, (value) =>
    value.replaceAll(/\{(?:fields\.)?([a-z_]+)\}/g, (_, field: string) => {
      if (field === 'access') return 'TOKEN'
      return fields.find((one) => one.name === field)?.default ?? field.toUpperCase()
    }),
  )
  const say = {
    headers: (parts: readonly string[]) => headers(parts.join(', ')),
    query: (parts: readonly string[]) => query(parts.join('&')),
    cookies: (parts: readonly string[]) => cookies(parts.join('; ')),
  }
  return filled.map(([place, parts]) => say[place](parts))
}

/** How scopes are asked for, provider by provider. */
export async function scopeBlocks(context: Context): Promise<readonly Block[]> {
  const { intro, seen } = words.topics.scopes
  const { opened } = await builtIns(context)
  return [
    { text: intro },
    { items: opened.map(({ provider }): Item => [provider.id, scopesAndNeeds(provider)]) },
    { text: seen },
    {
      heading: words.help.examples,
      examples: [
        'tokn login iot -p rightech --scope "GET /objects" --scope "POST /tokens"',
        'tokn issue iot --name ci --scope "GET /objects" --expires-in "7 days"',
        'tokn login work --issuer https://sso.example.com --scope openid --scope offline_access',
      ],
    },
  ]
}

function scopesAndNeeds({ traits, needs }: Provider): string {
  const say = words.topics.scopes
  const asked = scopesInWords(traits?.scopes, say)
  if (traits?.scopes === undefined) return asked
  const needed = Object.entries(needs ?? {}).map(([operation, scope]) =>
    say.needs(operation, scope),
  )
  return [asked, ...needed].join('; ')
}
