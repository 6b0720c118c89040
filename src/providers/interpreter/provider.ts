import type { Operation, Provider, Reach } from '../../core/provider.ts'
import type { Grant, Introspection, TokenSet } from '../../core/token.ts'
import { fillAttachment } from './attachment.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import type { Findings } from './findings.ts'
import { checkGrant } from './check-grant.ts'
import { compareGrant } from '../replies/compare-grant.ts'
import type { Held } from '../templates/placeholder-values.ts'
import { runList } from './list.ts'
import { fitGrant } from './lifetime.ts'
import { asList } from '../schema/as-list.ts'
import { isHearsay, lookByAsking } from './probe-tokens.ts'
import { mentions } from '../schema/mentions.ts'
import { lackingScope } from './required-scopes.ts'
import { tell } from '../replies/warnings.ts'
import { runOperation } from './operation.ts'
import { openGround, type Ground, type Site } from './api-location.ts'
import { checkTarget } from './token-id.ts'
import { newTokenSet, renewedTokenSet } from './token-set.ts'

const operations: readonly Operation[] = [
  'login',
  'refresh',
  'issue',
  'list',
  'revoke',
  'info',
  'logout',
]

/**
 * The provider that a definition describes, at the place that a profile names. `digest` is that of
 * a user's own definition. Throws `usage` when there is no base URL, or an unsafe one.
 */
export function defineProvider(
  definition: ProviderDefinition,
  site: Site,
  digest?: string,
): Provider {
  const ground = openGround(definition, site)
  const exchanges = (operation: Operation) => asList<Exchange>(definition[operation])
  const run = (operation: Operation, reach: Reach, known: Partial<Held>) =>
    runOperation(
      { definition, ground, operation },
      exchanges(operation),
      know(definition, ground, reach, known),
      reach,
    )

  const fit = (asked: readonly Exchange[], wish: Grant, reach: Reach, now: number) => {
    const { grant, told } = fitGrant(definition, asked, wish, now)
    if (told !== undefined) tell(reach, told)
    return grant
  }
  const compare = (asked: readonly Exchange[], wish: Grant, found: Findings, reach: Reach) => {
    for (const told of compareGrant(definition, asked, wish, found)) tell(reach, told)
  }

  const all: Required<Pick<Provider, Operation>> = {
    async login(reach, wish) {
      const asked = exchanges('login')
      checkGrant(definition, asked, wish)
      const now = reach.clock.now()
      const grant = fit(asked, wish, reach, now)
      const findings = await run('login', reach, { grant })
      compare(asked, wish, findings, reach)
      return newTokenSet({ definition, ground, operation: 'login' }, asked, findings, grant, now)
    },
    async refresh(reach, held) {
      const now = reach.clock.now()
      const findings = await run('refresh', reach, whatIsHeld(held))
      const setting = { definition, ground, operation: 'refresh' } as const
      return renewedTokenSet(setting, findings, held, now, reach)
    },
    async issue(reach, held, wish) {
      const asked = exchanges('issue')
      checkGrant(definition, asked, wish)
      const now = reach.clock.now()
      const grant = fit(asked, wish, reach, now)
      const findings = await run('issue', reach, { ...whatIsHeld(held), grant })
      compare(asked, wish, findings, reach)
      const issued = { ...findings, context: { ...held.context, ...findings.context } }
      return newTokenSet({ definition, ground, operation: 'issue' }, asked, issued, grant, now)
    },
    async list(reach, held) {
      const known = know(definition, ground, reach, whatIsHeld(held))
      return await runList(
        { definition, ground, operation: 'list' },
        exchanges('list'),
        known,
        reach,
      )
    },
    async revoke(reach, held, { id }) {
      checkTarget(definition, id)
      await run('revoke', reach, { ...whatIsHeld(held), target: id })
    },
    async info(reach, held) {
      const found = await run('info', reach, whatIsHeld(held))
      const said = introspection(found)
      if (said.active !== false || !isHearsay(definition, held, reach.clock.now())) return said
      return { ...said, active: undefined, facts: { ...said.facts, asked: 'not known as active' } }
    },
    async logout(reach, held) {
      await run('logout', reach, whatIsHeld(held))
      return undefined
    },
  }
  const look: Required<Pick<Provider, 'look'>> = {
    look: async (reach, held) => {
      const quiet = { ...reach, warn: () => undefined }
      return await lookByAsking(definition, {
        info: async () => await run('info', quiet, whatIsHeld(held)),
        list: async () => await all.list(quiet, held),
      })
    },
  }
  const { id, title, docs, fields, rotation, budget, needs, why, pasted } = definition
  return {
    id,
    title,
    docs,
    fields,
    rotation,
    refreshesByAccess: definition.refresh && !mentions(exchanges('refresh'), 'refresh'),
    budget,
    needs,
    lacks: (operation, scopes) => lackingScope(definition, operation, scopes),
    pasted,
    digest,
    why: why ?? {},
    asks: questions(definition),
    origins: ground.origins,
    attach: (held, answers) =>
      fillAttachment(definition, held, {
        answers,
        fields: definition.fields,
        baseUrl: ground.baseUrl,
        now: 0,
      }),
    checkTarget: (target) => checkTarget(definition, target),
    ...look,
    checkGrant: (grant) =>
      checkGrant(definition, [...exchanges('login'), ...exchanges('issue')], grant),
    ...Object.fromEntries(
      operations
        .filter((operation) => definition[operation] !== undefined)
        .map((operation) => [operation, all[operation]]),
    ),
  }
}

function know(
  { fields }: ProviderDefinition,
  { baseUrl }: Ground,
  { answers, clock }: Reach,
  known: Partial<Held>,
): Held {
  return { context: {}, ...known, fields, baseUrl, answers, now: clock.now() }
}

function whatIsHeld({ access, refresh, id, context }: TokenSet): Partial<Held> {
  return { access, refresh, id, context }
}

function introspection(findings: Findings): Introspection {
  const { active, userId, scopes, expiry, refreshExpiry, facts } = findings
  const found = { active, userId, scopes, access: expiry, refresh: refreshExpiry, facts }
  // Each request may want something that is not held: then none was made.
  return findings.status === undefined ? { ...found, answered: false } : found
}

function questions(definition: ProviderDefinition): Provider['asks'] {
  const asked = operations.map(
    (operation) =>
      [
        operation,
        asList<Exchange>(definition[operation]).flatMap((exchange) => exchange.asks ?? []),
      ] as const,
  )
  const some = asked.filter(([, fields]) => fields.length > 0)
  return some.length === 0 ? undefined : Object.fromEntries(some)
}
