import { isToknError, ToknError } from '../../../core/errors.ts'
import type { Reach } from '../../../core/provider.ts'
import { quoteWord } from '../../../core/quoting.ts'
import { quoteForeign } from '../../../core/secret.ts'
import { display } from '../../../core/text.ts'
import type { TokenSet } from '../../../core/token.ts'
import { words } from '../../../messages/words.ts'
import type { ExpectedIssuer } from '../replies/id-token-issuer.ts'
import { endpointNames } from '../settings/fields.ts'
import type { Settings } from '../settings/in-force.ts'
import { discover, readDocument, sayAbsent, type FoundDocument } from './discovery.ts'
import { fileOriginsIn, sameFileOrigins } from './file-origins.ts'
import { isIssuerAt } from './issuers.ts'
import { readMetadataFile, type Metadata } from './metadata.ts'
import {
  checkAddress,
  checkEndpoint,
  checkIssuer,
  checkMetadata,
  isWebAddress,
  pastedAddress,
  typeable,
} from './origins.ts'
import type { Transport } from './transport.ts'

/** What is known of a server, checked. */
export interface FoundServer {
  readonly metadata: Metadata & { readonly issuer: string }
  /** Absent where nobody says whose the tokens are. */
  readonly issuer: URL | undefined
  /** Whom ID tokens have to name. */
  readonly expected: ExpectedIssuer
  /** What later commands have to know of how it was found. */
  readonly remembered: TokenSet['context']
}

interface Search {
  readonly settings: Settings
  readonly transport: Transport
  readonly reach: Reach
  /** Of the session; empty for a login. */
  readonly context: TokenSet['context']
}

/** Milliseconds for each question to an issuer that need not answer. */
const patience = 4_000

/** The mark of a session whose issuer has no document. */
const noDocument = 'without_discovery'

/**
 * The server of `settings`: by the document that they name, by that of its issuer, or by its endpoints
 * alone, which win over those of a document. Throws `usage` where none is named,
 * `provider_nonsense` for a document of another issuer or with endpoints at other origins.
 */
export async function findServer(search: Search): Promise<FoundServer> {
  const { settings } = search
  const issuer = settings['issuer'] === undefined ? undefined : checkIssuer(settings['issuer'])
  const own = endpointsOf(settings)
  const found = await findDocument(search, issuer)
  const named = found === undefined ? undefined : issuerIn(found.document)
  const metadata = { ...found?.document, ...own }
  if (found === undefined && own['token_endpoint'] === undefined) {
    throw new ToknError('usage', words.oauth.noEndpoint())
  }
  const isFile = found !== undefined && found.address === undefined
  const byFile = isFile ? fileOriginsIn(search.context) : []
  const checked = checkMetadata(metadata, settings, byFile)
  const known = named ?? settings['issuer']
  return {
    metadata: { ...checked, issuer: known ?? originOfEndpoint(checked, settings) },
    issuer: known === undefined ? undefined : (issuer ?? new URL(known)),
    expected: {
      issuer: known ?? search.context['issuer'],
      by: named !== undefined ? 'document' : known === undefined ? 'nobody' : 'user',
    },
    remembered: {
      ...rememberedOf(search, found, named),
      ...(isFile ? sameFileOrigins(search.context) : {}),
    },
  }
}

async function findDocument(
  search: Search,
  issuer: URL | undefined,
): Promise<FoundDocument | undefined> {
  const { settings } = search
  const { discovery, discovery_text: text } = settings
  if (discovery === undefined) {
    return issuer === undefined ? undefined : await findByIssuer(search, issuer)
  }
  const found = isWebAddress(discovery)
    ? await readNamed(search, checkAddress(discovery))
    : { document: readMetadataFile(text ?? '', display(discovery, 200)) }
  checkNamed(search, found, issuer)
  return found
}

async function readNamed({ transport, reach }: Search, address: URL): Promise<FoundDocument> {
  try {
    return await readDocument(transport, reach.clock, address)
  } catch (error) {
    const isAbsent = isToknError(error, 'provider_nonsense', 'provider_refused')
    if (!isAbsent) throw error
    const said = sayAbsent(address, error)
    const isRedirect = said === error
    const hint = isRedirect ? error.details.hint : words.oauthServer.checkDocument()
    throw new ToknError(said.code, said.message, { ...said.details, hint })
  }
}

/** A document that the user has named may be of any issuer; but of the one that was named, if one was. */
function checkNamed(
  { settings, context, reach }: Search,
  { address, document }: FoundDocument,
  issuer: URL | undefined,
): void {
  const named = issuerIn(document)
  const shown = display(address?.href ?? settings['discovery'] ?? '', 200)
  if (issuer !== undefined) {
    if (named === undefined || isIssuerAt(issuer, named)) return
    const said = words.oauthServer.namesAnother(shown, typeable(named), issuer.href)
    throw new ToknError('provider_nonsense', said, { sent: false })
  }
  if (named === undefined) return
  const before = context['issuer']
  if (before !== undefined && before !== named) {
    const said = words.oauthServer.issuerChanged(
      quoteForeign(before, 200),
      quoteForeign(named, 200),
    )
    throw new ToknError('provider_nonsense', said, { sent: false })
  }
  if (before === undefined && address !== undefined && new URL(named).origin !== address.origin) {
    reach.warn?.(words.oauthServer.issuerFound(quoteForeign(named, 200), shown))
  }
}

async function findByIssuer(search: Search, issuer: URL): Promise<FoundDocument | undefined> {
  const { settings, transport, reach, context } = search
  const hasOwn = settings['token_endpoint'] !== undefined
  if (hasOwn && context[noDocument] !== undefined) return undefined
  const pasted = pastedAddress(settings['issuer'] ?? '')
  const timeout = hasOwn ? patience : undefined
  try {
    const found = await discover(transport, reach.clock, issuer, { pasted, timeout })
    if (!('error' in found)) return checkIssued(found, issuer)
    if (!hasOwn) throw found.error
  } catch (error) {
    // A name need not be an address; but one that has answered once does not cease to be.
    const mayBeSilent = hasOwn && context['flow'] === undefined
    if (!mayBeSilent || !isToknError(error, 'network', 'rate_limited')) throw error
    reach.warn?.(words.oauthServer.issuerNotAsked(issuer.href, error.message))
  }
  return undefined
}

function checkIssued(found: FoundDocument, issuer: URL): FoundDocument {
  const { document, address } = found
  const named = issuerIn(document)
  if (named !== undefined && isIssuerAt(issuer, named)) return found
  const written = document['issuer']
  const shown = typeof written === 'string' ? quoteForeign(written, 200) : undefined
  const said = words.oauth.anotherIssuer(issuer.href, shown)
  const flags = typeable(named)
  const hint =
    flags === undefined
      ? words.oauth.anotherIssuer(issuer.href, undefined).hint
      : new URL(flags).origin === issuer.origin
        ? said.hint
        : words.oauthServer.underAnotherName(flags, quoteWord(display(address?.href ?? '', 500)))
  throw new ToknError('provider_nonsense', { ...said, hint }, { sent: false })
}

function issuerIn(document: Metadata): string | undefined {
  const { issuer } = document
  // RFC 8414 section 2: an address, and one that a terminal can show.
  const isAddress = typeof issuer === 'string' && /^https?:\/\/[\x21-\x7e]+$/.test(issuer)
  return isAddress && URL.canParse(issuer) ? issuer : undefined
}

function endpointsOf(settings: Settings): Readonly<Record<string, string>> {
  return Object.fromEntries(
    endpointNames.flatMap((name) => {
      const endpoint = settings[name]
      return endpoint === undefined ? [] : [[name, checkEndpoint(endpoint, name).href]]
    }),
  )
}

function originOfEndpoint({ token_endpoint: endpoint }: Metadata, settings: Settings): string {
  if (typeof endpoint === 'string') return new URL(endpoint).origin
  const said = words.oauthServer.saysNothing(display(settings['discovery'] ?? '', 200))
  throw new ToknError('provider_nonsense', said, { sent: false })
}

function rememberedOf(
  { settings }: Search,
  found: FoundDocument | undefined,
  named: string | undefined,
): TokenSet['context'] {
  if (settings['issuer'] !== undefined) return found === undefined ? { [noDocument]: 'true' } : {}
  return named === undefined ? {} : { issuer: named }
}
