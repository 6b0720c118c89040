// Whose tokens a server's are: the issuer by its document, and the issuers that its ID tokens may name.

/** Stands in the issuer of a document for the directory that a token is of (its claim `tid`). */
const placeholder = '{tenantid}'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A service of many directories, where one document is served under several names. */
interface Service {
  /** Hosts at which documents are asked for. */
  readonly hosts: RegExp
  /** Issuers that they name; `{tenantid}` stands for a directory. */
  readonly issuers: readonly RegExp[]
  /** Whether each customer has a host, which the issuer names as well. */
  readonly ownHosts?: true
}

const directory = String.raw`(\{tenantid\}|[0-9a-f-]{36})`

function issuerPattern(origin: string, path: string): RegExp {
  return new RegExp(`^https://${origin}/${directory}${path}$`)
}

// The names of a tenant (a domain, `common`, `organizations`, `consumers`) are no issuers, and the
// first version of each service has one of another origin. Sources:
// https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud
// https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview
const services: readonly Service[] = [
  {
    hosts:
      /^(login\.microsoftonline\.com|login\.microsoft\.com|login\.windows\.net|sts\.windows\.net)$/,
    issuers: [
      issuerPattern(String.raw`login\.microsoftonline\.com`, String.raw`/v2\.0`),
      issuerPattern(String.raw`sts\.windows\.net`, '/'),
    ],
  },
  {
    hosts: /^login\.microsoftonline\.us$/,
    issuers: [
      issuerPattern(String.raw`login\.microsoftonline\.us`, String.raw`/v2\.0`),
      issuerPattern(String.raw`sts\.windows\.net`, '/'),
    ],
  },
  {
    hosts: /^(login\.partner\.microsoftonline\.cn|login\.chinacloudapi\.cn)$/,
    issuers: [
      issuerPattern(String.raw`login\.partner\.microsoftonline\.cn`, String.raw`/v2\.0`),
      issuerPattern(String.raw`sts\.chinacloudapi\.cn`, '/'),
    ],
  },
  {
    hosts: /^[a-z0-9-]+\.ciamlogin\.com$/,
    issuers: [issuerPattern(String.raw`[a-z0-9-]+\.ciamlogin\.com`, String.raw`/v2\.0`)],
  },
  {
    hosts: /^[a-z0-9-]+\.b2clogin\.com$/,
    issuers: [/^https:\/\/[a-z0-9-]+\.b2clogin\.com\/(tfp\/)?[0-9a-f-]{36}(\/[\w.-]+)?\/v2\.0\/$/],
    ownHosts: true,
  },
]

/**
 * Whether a document that names `named` is that of the issuer at the address `asked`. RFC 8414 section
 * 3.3 and OpenID Connect Discovery section 4.3 want them to be identical; a slash at the end is no
 * difference, since what a user types is an address, and so is the place of a directory's id in the
 * issuer of many (`https://host/{tenantid}/v2.0`).
 */
export function isIssuerAt(asked: URL, named: string): boolean {
  if (!URL.canParse(named)) return false
  const url = new URL(named)
  if (withoutSlash(url.href) === withoutSlash(asked.href)) return true
  if (url.search !== '' || url.hash !== '' || url.username !== '') return false
  if (isTemplateAt(asked, named)) return true
  const service = services.find(({ hosts }) => hosts.test(asked.hostname))
  if (service === undefined || asked.protocol !== 'https:' || asked.port !== '') return false
  if (!service.issuers.some((issuer) => issuer.test(named))) return false
  if (service.ownHosts === true && url.host !== asked.host) return false
  // Whoever names one directory by its id means that one.
  const own = asked.pathname.split('/').find((segment) => guid.test(segment))
  return own === undefined || named.toLowerCase().includes(`/${own.toLowerCase()}/`)
}

/** The same address, but for the placeholder that stands for one segment of it. */
function isTemplateAt(asked: URL, named: string): boolean {
  if (!named.includes(placeholder)) return false
  const url = new URL(named)
  if (url.origin !== asked.origin) return false
  const [wanted, given] = [named.slice(named.indexOf('/', 8)), asked.pathname].map((path) =>
    withoutSlash(path).split('/'),
  )
  if (wanted === undefined || given === undefined || wanted.length !== given.length) return false
  return wanted.every(
    (segment, index) =>
      segment === given[index] || (segment === placeholder && given[index] !== ''),
  )
}

/** Services whose older ID tokens name them without the scheme. */
const withoutScheme: ReadonlySet<string> = new Set(['https://accounts.google.com'])

/**
 * Whether an ID token with `claims` is one of `issuer`, as its document names it: where that has a
 * placeholder, of the directory that the token itself names.
 */
export function isOfIssuer(issuer: string, claims: Readonly<Record<string, unknown>>): boolean {
  const { iss, tid } = claims
  if (typeof iss !== 'string') return false
  if (iss === issuer) return !issuer.includes(placeholder)
  if (withoutScheme.has(issuer)) return iss === issuer.slice('https://'.length)
  if (!issuer.includes(placeholder)) return false
  return (
    typeof tid === 'string' && guid.test(tid) && iss === issuer.replaceAll(placeholder, () => tid)
  )
}

/**
 * Whether the answer of a browser comes from `issuer` (RFC 9207): it has no tenant to compare, and so
 * any in the place of the placeholder is as good as another.
 */
export function isAnswerOf(issuer: string, named: string): boolean {
  if (!issuer.includes(placeholder)) return named === issuer
  const [before = '', after = ''] = issuer.split(placeholder, 2)
  const within = named.startsWith(before) && named.endsWith(after)
  return within && guid.test(named.slice(before.length, named.length - after.length))
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '')
}
