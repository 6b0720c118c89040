import { operations, type Operation, type Provider, type Reach } from '../../core/provider.ts'
import type { Grant, Introspection, TokenSet } from '../../core/token.ts'
import { attachVaries, fillAttachment } from './attachment.ts'
import type { Exchange, ProviderDefinition } from '../schema/definition.ts'
import type { Findings } from './findings.ts'
import { checkGrant } from './check-grant.ts'
import { compareGrant } from '../replies/compare-grant.ts'
import type { RequestValues } from '../templates/placeholder-values.ts'
import { runList } from './list.ts'
import { adjustLifetime } from './lifetime.ts'
import { asList } from '../schema/as-list.ts'
import { isUnconfirmed, probeTokens } from './probe-tokens.ts'
import { fieldsMentioned, mentions, takeRefreshAlone } from '../schema/mentions.ts'
import { missingScope } from './required-scopes.ts'
import { warn } from '../replies/warnings.ts'
import { runOperation } from './operation.ts'
import { runScopeList } from './scope-list.ts'
import { callRefusalsOf } from './call-refusals.ts'
import { traitsOf } from './traits.ts'
import { readPastedReply } from './pasted-reply.ts'
import { locateApi, type ApiLocation, type ProfileUrls } from './api-location.ts'
import { checkTarget } from './token-id.ts'
import { newTokenSet, renewedTokenSet } from './token-set.ts'

/**
 * The provider that a definition describes, at the URLs of a profile. `digest` is that of a user's
 * own definition. Throws `usage` when there is no base URL, or an unsafe one.
 */
export function defineProvider(
  definition: ProviderDefinition,
  site: ProfileUrls,
  digest?: string,
): Provider {
  const location = locateApi(definition, site)
  const exchanges = (operation: Operation) => asList<Exchange>(definition[operation])
  const run = (
    operation: Operation,
    reach: Reach,
    values: Partial<RequestValues>,
    some = exchanges(operation),
  ) =>
    runOperation(
      { definition, location, operation },
      some,
      templateValues(definition, location, reach, values),
      reach,
    )

  const fit = (asked: readonly Exchange[], wish: Grant, reach: Reach, now: number) => {
    const { grant, warning } = adjustLifetime(definition, asked, wish, now)
    if (warning !== undefined) warn(reach, warning)
    return grant
  }
  const compare = (asked: readonly Exchange[], wish: Grant, found: Findings, reach: Reach) => {
    for (const text of compareGrant(definition, asked, wish, found)) warn(reach, text)
  }

  const all: Required<Pick<Provider, Operation>> = {
    async login(reach, wish) {
      const asked = exchanges('login')
      checkGrant(definition, asked, wish)
      const now = reach.clock.now()
      const grant = fit(asked, wish, reach, now)
      const findings = await run('login', reach, { grant })
      compare(asked, wish, findings, reach)
      return newTokenSet({ definition, location, operation: 'login' }, asked, findings, grant, now)
    },
    async refresh(reach, held) {
      const now = reach.clock.now()
      const findings = await run('refresh', reach, valuesOfTokens(held))
      const api = { definition, location, operation: 'refresh' } as const
      return renewedTokenSet(api, findings, held, now, reach)
    },
    async issue(reach, held, wish) {
      const asked = exchanges('issue')
      checkGrant(definition, asked, wish)
      const now = reach.clock.now()
      const grant = fit(asked, wish, reach, now)
      const findings = await run('issue', reach, { ...valuesOfTokens(held), grant })
      compare(asked, wish, findings, reach)
      const issued = { ...findings, context: { ...held.context, ...findings.context } }
      return newTokenSet({ definition, location, operation: 'issue' }, asked, issued, grant, now)
    },
    async list(reach, held, reader) {
      const values = templateValues(definition, location, reach, valuesOfTokens(held))
      return await runList(
        { definition, location, operation: 'list' },
        exchanges('list'),
        values,
        reach,
        reader,
      )
    },
    async revoke(reach, held, { id }) {
      checkTarget(definition, id)
      await run('revoke', reach, { ...valuesOfTokens(held), target: id })
    },
    async info(reach, held) {
      const found = await run('info', reach, valuesOfTokens(held))
      const said = introspection(found)
      if (said.active !== false || !isUnconfirmed(definition, held, reach.clock.now())) return said
      return { ...said, active: undefined, facts: { ...said.facts, asked: 'not known as active' } }
    },
    async logout(reach, held) {
      await run('logout', reach, valuesOfTokens(held))
      return undefined
    },
  }
  const probe: Required<Pick<Provider, 'probe'>> = {
    probe: async (reach, held) => {
      const quiet = { ...reach, warn: () => undefined }
      return await probeTokens(definition, {
        info: async () => await run('info', quiet, valuesOfTokens(held)),
        list: async () => await all.list(quiet, held, { keep: () => [], isEnough: () => true }),
      })
    },
  }
  const endTold = exchanges('info').filter(({ reply }) => reply?.refreshExpiry !== undefined)
  const refreshEnd: NonNullable<Provider['refreshEnd']> = async (reach, held) =>
    (await run('info', reach, valuesOfTokens(held), endTold)).refreshExpiry?.expiry
  const { id, title, docs, fields, rotation, budget, needs, why, pasted } = definition
  return {
    id,
    title,
    docs,
    fields,
    rotation,
    retry: retryKinds(definition),
    refreshesByAccess: definition.refresh && !mentions(exchanges('refresh'), 'refresh'),
    refreshEndsWithCredentials: definition.refreshEndsWithCredentials,
    budget,
    needs,
    lacks: (operation, scopes) => missingScope(definition, operation, scopes),
    pasted,
    traits: traitsOf(definition),
    callRefusals: callRefusalsOf(definition),
    refreshFields: fieldsMentioned(exchanges('refresh')),
    refreshesAlone:
      mentions(exchanges('refresh'), 'refresh') && takeRefreshAlone(exchanges('refresh')),
    readReply: async (reply, reach) =>
      await readPastedReply(
        { definition, location, operation: 'login' },
        reply,
        templateValues(definition, location, reach, {}),
        reach,
      ),
    digest,
    overridable: true,
    why: why ?? {},
    asks: questions(definition),
    origins: location.origins,
    attach: (held, answers) =>
      fillAttachment(definition, held, {
        answers,
        fields: definition.fields,
        baseUrl: location.baseUrl,
        now: 0,
      }),
    attachVaries: attachVaries(definition),
    checkTarget: (target) => checkTarget(definition, target),
    ...probe,
    ...(definition.scopes?.list === undefined
      ? {}
      : {
          listScopes: async (reach, held) => {
            const values = templateValues(definition, location, reach, valuesOfTokens(held))
            return await runScopeList({ definition, location, operation: 'list' }, values, reach)
          },
        }),
    ...(endTold.length > 0 && { refreshEnd }),
    checkGrant: (grant) =>
      checkGrant(definition, [...exchanges('login'), ...exchanges('issue')], grant),
    ...Object.fromEntries(
      operations
        .filter((operation) => definition[operation] !== undefined)
        .map((operation) => [operation, all[operation]]),
    ),
  }
}

function templateValues(
  { fields }: ProviderDefinition,
  { baseUrl }: ApiLocation,
  { answers, clock, label }: Pick<Reach, 'answers' | 'clock' | 'label'>,
  values: Partial<RequestValues>,
): RequestValues {
  return { context: {}, ...values, label, fields, baseUrl, answers, now: clock.now() }
}

function valuesOfTokens({ access, refresh, id, context }: TokenSet): Partial<RequestValues> {
  // Nothing but a refresh token may be held, for as long as a first refresh takes.
  return { access: access.reveal() === '' ? undefined : access, refresh, id, context }
}

function introspection(findings: Findings): Introspection {
  const { active, userId, scopes, expiry, refreshExpiry, facts } = findings
  const found = {
    active,
    userId,
    scopes,
    access: expiry?.expiry,
    refresh: refreshExpiry?.expiry,
    facts,
  }
  // Each request may need a value that there is not: then none was sent.
  return findings.status === undefined ? { ...found, answered: false } : found
}

/** The strictest of what the exchanges of an operation say, where one says something. */
function retryKinds(definition: ProviderDefinition): Provider['retry'] {
  const strictest = ['never', 'unsent', 'safe'] as const
  const said = operations.flatMap((operation) => {
    const exchanges = asList<Exchange>(definition[operation])
    const kind = strictest.find((one) => exchanges.some(({ retry }) => retry === one))
    return kind === undefined ? [] : [[operation, kind] as const]
  })
  return said.length === 0 ? undefined : Object.fromEntries(said)
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
