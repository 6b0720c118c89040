import { ToknError } from '../../core/errors.ts'
import type { Located } from '../../core/located.ts'
import type { Profile } from '../../core/profile.ts'
import type { Provider } from '../../core/provider.ts'
import { quoteWord } from '../../core/quoting.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import type { LoginRequest } from '../../session/login/login.ts'
import { withSettings } from '../../session/login/open-provider.ts'
import type { Ports } from '../../session/ports.ts'
import { talk } from '../../session/reach.ts'
import type { Context } from '../context.ts'
import type { LoginFlags } from '../flags/login.ts'
import { isQuiet } from '../output/json.ts'
import type { Draft } from './draft.ts'
import { settingsFor } from '../../session/other-server.ts'

/** What a login that began at a resource has found out, and would find out anew. */
const findings = ['issuer', 'resource', 'resource_metadata', 'scope', 'register', 'dpop'] as const

/**
 * Asks `resource` where to log in for it, and completes the draft with that; says it, since whoever
 * named the resource has not named the server. Throws what `Provider.locate` throws, `usage` where it
 * takes logins of several servers and nobody can be asked which.
 */
export async function completeDraft(
  context: Context,
  ports: Ports,
  draft: Draft,
  resource: string,
  flags: LoginFlags,
  { interaction, show }: Pick<LoginRequest, 'interaction' | 'show'>,
): Promise<Draft> {
  const { settings: before } = draft.profile
  const start = { ...draft.profile, settings: withoutFindings(before) }
  const provider = await ports.provider(withSettings(start, draft.set))
  if (provider.locate === undefined) return draft
  const http = await ports.http(start)
  const reach = {
    http: show?.of(provider, start.settings).over(http) ?? http,
    answers: answersFromEnvironment(context, provider),
    interaction,
    ...talk(ports),
  }
  const located = await provider.locate(reach, resource, async (servers) => {
    const known = before['issuer']
    if (known !== undefined && servers.includes(known)) return known
    return await chooseServer(context, start.name, resource, servers, flags)
  })
  refuseForeignClient(draft, located)
  if (!isQuiet(flags)) tell(context, located)
  // The resource may have moved to another server, or be another one.
  const kept = settingsFor(provider.fields, before, { issuer: located.server })
  const settings = withoutFindings(kept)
  const profile = { ...start, settings }
  const apiUrls = flags.apiUrl ?? context.environment.apiUrls
  const { issuer = '', resource: named = '', resource_metadata: metadata = '' } = located.settings
  return {
    profile: apiUrls === undefined ? { ...profile, apiUrls: [located.origin] } : profile,
    set: {
      ...located.settings,
      ...draft.set,
      ...{ issuer, resource: named, resource_metadata: metadata },
    },
    before: draft.before,
  }
}

function withoutFindings(settings: Profile['settings']): Profile['settings'] {
  return Object.fromEntries(
    Object.entries(settings).filter(([name]) => !findings.some((one) => one === name)),
  )
}

function answersFromEnvironment({ environment }: Context, { fields }: Provider) {
  return Object.fromEntries(
    fields.flatMap(({ name, secret }) => {
      const value = secret === true ? undefined : environment.fromEnvironment(name)
      return value === undefined ? [] : [[name, value] as const]
    }),
  )
}

async function chooseServer(
  context: Context,
  profile: string,
  resource: string,
  servers: readonly string[],
  flags: LoginFlags,
): Promise<string> {
  const shown = display(resource, 200)
  const options = servers.map((one) => ({ value: one, label: display(one, 200) }))
  const chosen = await context.select(flags, words.oauthResource.whichServer(shown), options)
  if (chosen !== undefined) return chosen
  const { origin } = new URL(resource)
  const lines = servers.map((one) =>
    ['tokn', 'login', profile, '--resource', resource, '--issuer', one, '--register']
      .concat(['--api-url', origin])
      .map((word) => quoteWord(display(word, 300)))
      .join(' '),
  )
  throw new ToknError('usage', words.oauthResource.severalServers(shown, lines))
}

/** A client is known to one server: no other is to hear of it. */
function refuseForeignClient({ profile, set }: Draft, { server }: Located): void {
  const { issuer, client_id: id } = profile.settings
  const isOwn = id === undefined || set['client_id'] !== undefined || id.startsWith('https://')
  if (isOwn || issuer === undefined || issuer === server) return
  const said = words.oauthResource.anotherServer(display(issuer, 200), display(server, 200))
  throw new ToknError('usage', said)
}

function tell({ terminal }: Context, { resource, server, scopes }: Located): void {
  const [shown, there] = [resource, server].map((url) => display(url, 200))
  terminal.say(words.oauthResource.found(shown ?? '', there ?? '', display(scopes.join(' '), 300)))
}
