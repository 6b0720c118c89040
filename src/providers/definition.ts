import { z } from 'zod'

// The one schema of a provider definition. The built-in definitions, a user's own, the published
// JSON Schema and the reference in the README all come from here.

const template = z
  .string()
  .max(4096)
  .meta({ id: 'template' })
  .describe(
    'Text with placeholders: {fields.NAME} {context.NAME} {access} {refresh} {id} {name} {scopes} {lifetime} {expires} {target} {audience} {baseUrl}, each with an optional transform: {lifetime|words}. A value that is one placeholder alone keeps its type; a value whose placeholder is absent drops its key.',
  )

const templates = z.record(z.string().min(1).max(128), template)

type Body = string | number | boolean | null | readonly Body[] | { readonly [key: string]: Body }
const body: z.ZodType<Body> = z
  .lazy(() =>
    z.union([
      template,
      z.number(),
      z.boolean(),
      z.null(),
      z.array(body),
      z.record(z.string(), body),
    ]),
  )
  .meta({ id: 'body' })
  .describe('A JSON value whose strings are templates.')

const path = z
  .string()
  .max(256)
  .describe(
    'Where in the body: keys joined by dots (data.tokens.0.value), or a JSON Pointer (/data/a.b). The empty text is the whole body.',
  )

const place = z.union([
  path,
  z
    .strictObject({
      body: path.optional(),
      header: z.string().max(128).optional().describe('A response header.'),
      cookie: z.string().max(128).optional().describe('A cookie set by the reply.'),
      location: z
        .string()
        .max(128)
        .optional()
        .describe(
          'From the Location header: "last" for its last path segment, or the name of a query value.',
        ),
      claim: z.string().max(128).optional().describe('A claim of the access token, read as a JWT.'),
      request: template.optional().describe('Something that was sent, or is known already.'),
      key: z.literal(true).optional().describe('In a list that is a map: the key of the entry.'),
      strip: z.string().max(64).optional().describe('Text to take off the front, if it is there.'),
      cookieAttribute: z
        .enum(['max-age', 'expires'])
        .optional()
        .describe('Instead of the value of the cookie, this attribute of it.'),
    })
    .describe('Exactly one of body, header, cookie, location, claim, request, key.'),
])

const places = z
  .union([place, z.array(place).min(1).max(8)])
  .meta({ id: 'places' })
  .describe('Where a value is found; of several places, the first that has one.')

const expiry = z
  .strictObject({
    from: places,
    as: z
      .enum([
        'seconds',
        'milliseconds',
        'words',
        'instant',
        'instant-seconds',
        'instant-milliseconds',
      ])
      .describe(
        'seconds, milliseconds, words ("90 days"): counted from now. instant: a date as ISO 8601, RFC 1123, or a number whose size tells seconds from milliseconds since 1970.',
      ),
    never: z
      .array(z.union([z.string(), z.number(), z.null()]))
      .optional()
      .describe('Values that mean "does not expire". Without this list nothing does.'),
  })
  .meta({ id: 'expiry' })

const condition = z
  .strictObject({
    status: z
      .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599))])
      .optional()
      .describe('HTTP status, one or several.'),
    at: places.optional().describe('A place in the reply.'),
    equals: z
      .union([
        z.string(),
        z.number(),
        z.boolean(),
        z.null(),
        z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
      ])
      .optional()
      .describe('The value there, one or several; numbers and their texts are equal.'),
    contains: z.string().min(1).max(256).optional().describe('Text within the value there.'),
    least: z.number().optional().describe('The value there is a number at least this large.'),
    exists: z.boolean().optional().describe('Whether there is a value there.'),
  })
  .meta({ id: 'condition' })
  .describe('All that is said must hold.')

export const refusalKinds = [
  'credentials',
  'expired',
  'invalid',
  'forbidden',
  'refresh-rejected',
  'limit',
  'not-found',
  'rate-limited',
  'route-missing',
  'unavailable',
  'refused',
] as const

const refusal = z
  .strictObject({
    when: condition,
    means: z.enum(refusalKinds),
    hint: z.string().max(300).optional().describe('What the user can do.'),
  })
  .meta({ id: 'refusal' })

const request = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  path: template.describe(
    'Path below the base URL; placeholders are percent-encoded. A full URL only where its origin is among `origins`.',
  ),
  headers: templates.optional(),
  query: templates.optional(),
  cookies: templates.optional(),
  json: body.optional().describe('JSON body.'),
  form: templates.optional().describe('application/x-www-form-urlencoded body.'),
  basic: z
    .strictObject({
      user: template,
      password: template,
      encoded: z
        .boolean()
        .optional()
        .describe('Percent-encode both, as RFC 6749 section 2.3.1 asks.'),
    })
    .optional()
    .describe('HTTP Basic authentication.'),
})

const reply = z.strictObject({
  format: z.enum(['json', 'form', 'text', 'none']).optional().describe('Default: json.'),
  unwrap: z
    .array(path)
    .max(8)
    .optional()
    .describe(
      'Envelopes: paths below which everything is looked for when it is not on the outside.',
    ),
  access: places.optional(),
  refresh: places.optional(),
  expiry: z.union([expiry, z.array(expiry).min(1).max(4)]).optional(),
  refreshExpiry: z.union([expiry, z.array(expiry).min(1).max(4)]).optional(),
  id: places.optional(),
  name: places.optional(),
  scopes: places
    .optional()
    .describe('An array, a text split at spaces or commas, or a map whose keys are the scopes.'),
  context: z
    .record(z.string().min(1).max(64), places)
    .optional()
    .describe('Facts that later requests need.'),
  items: places.optional().describe('The list: an array, or a map.'),
  createdAt: expiry.optional(),
  lastUsedAt: expiry.optional(),
  revokedAt: expiry.optional(),
  active: condition.optional().describe('When the token counts as alive.'),
  userId: places.optional(),
  facts: z
    .record(z.string().min(1).max(64), places)
    .optional()
    .describe('Further things to show, by label.'),
})

const pages = z
  .strictObject({
    link: z
      .literal(true)
      .optional()
      .describe('The next page is in a Link header, rel="next" (RFC 8288).'),
    url: places.optional().describe('The next page is a URL in the reply.'),
    cursor: places.optional().describe('A value to send as the query value `query`.'),
    query: z.string().max(64).optional(),
    step: z
      .enum(['page', 'offset'])
      .optional()
      .describe('Count pages, or items, in the query value `query`.'),
    first: z
      .int()
      .optional()
      .describe('Number of the first page or item. Default: 1 for pages, 0 for items.'),
    size: z.int().min(1).max(1000).optional().describe('Items asked for per page.'),
    sizeQuery: z.string().max(64).optional(),
  })
  .describe('How a long list continues: exactly one of link, url, cursor, step.')

const exchangeShape = {
  request,
  auth: z
    .enum(['token', 'none'])
    .optional()
    .describe(
      'Whether the held token goes with it, as `attach` says. Default: none for login and refresh, token otherwise.',
    ),
  accept: z
    .array(z.int().min(200).max(299))
    .optional()
    .describe('Statuses that mean success. Default: any 2xx.'),
  success: condition.optional().describe('What must hold besides.'),
  reply: reply.optional(),
  refused: z
    .array(refusal)
    .max(32)
    .optional()
    .describe('How this operation says no; before the rules of `errors`.'),
  retry: z
    .enum(['safe', 'unsent', 'never'])
    .optional()
    .describe('Whether it may be sent again. Default: safe for GET, unsent otherwise.'),
  asks: z
    .array(z.string())
    .max(8)
    .optional()
    .describe('Fields whose value it needs anew, though a login is held.'),
  pages: pages.optional(),
}

const fallback = z.strictObject({
  on: z.array(z.enum(refusalKinds)).min(1),
  request,
  reply: reply.optional(),
})

const exchange = z
  .strictObject({
    ...exchangeShape,
    otherwise: fallback.optional().describe('Tried once when the first is refused so.'),
  })
  .meta({ id: 'exchange' })

const operation = z
  .union([exchange, z.array(exchange).min(1).max(5)])
  .describe('One exchange, or several in a row whose findings add up.')

const operationNames = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const

const field = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/)
    .describe('Also the name of its variable: TOKN_<NAME>.'),
  label: z.string().min(1).max(80),
  secret: z.boolean().optional(),
  optional: z.boolean().optional(),
  default: z.string().max(256).optional(),
  choices: z.array(z.string()).min(1).optional(),
})

const origin = z.url({ protocol: /^https?$/ }).describe('scheme://host[:port]')

export const definitionSchema = z
  .strictObject({
    $schema: z.string().optional(),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
      .describe('Name of the provider.'),
    title: z.string().min(1).max(80),
    docs: z.url().describe('The page it was written from.'),
    baseUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Where tokens are made; absent: each profile gives its own.'),
    basePath: z
      .string()
      .regex(/^\/[^?#]*$/)
      .optional()
      .describe('A prefix that users paste with or without: put between base URL and path once.'),
    origins: z
      .array(origin)
      .max(8)
      .optional()
      .describe('Further origins that a request of this definition may name.'),
    apiOrigins: z
      .array(origin)
      .max(8)
      .optional()
      .describe('Where tokens may be sent, when that is not the base URL.'),
    fields: z.array(field).max(16),
    headers: templates.optional().describe('On every request (an API version).'),
    attach: z
      .strictObject({
        headers: templates.optional(),
        query: templates.optional(),
        cookies: templates.optional(),
      })
      .describe('How a token travels with a request.'),
    login: operation.optional(),
    refresh: operation.optional(),
    issue: operation.optional(),
    list: operation.optional(),
    revoke: operation.optional(),
    info: operation.optional(),
    logout: operation.optional(),
    why: z
      .partialRecord(z.enum(operationNames), z.string().max(300))
      .optional()
      .describe('For an operation that the API does not have: where the user can do it instead.'),
    rotation: z
      .enum(['none', 'on-first-use', 'always', 'reissue', 'server-decides'])
      .describe('What a refresh does to the tokens held before it.'),
    lifetime: z
      .string()
      .optional()
      .describe('Life of an access token when the reply does not say: "15m", "1 day".'),
    sliding: z.boolean().optional().describe('Whether use prolongs a token.'),
    pasted: z
      .strictObject({ expiry: z.enum(['never', 'unknown', 'jwt']) })
      .optional()
      .describe(
        'A token made elsewhere can be pasted in (login --with-token); when such a token ends.',
      ),
    budget: z
      .strictObject({
        per: z.string(),
        logins: z.int().positive().optional(),
        refreshes: z.int().positive().optional(),
      })
      .optional()
      .describe(
        'How many tokens an account may make: logins ever, refreshes whose tokens are alive.',
      ),
    needs: z
      .partialRecord(z.enum(operationNames), z.string())
      .optional()
      .describe('Scope that an operation needs.'),
    scopes: z
      .strictObject({
        form: z.enum(['any', 'token', 'method-path']).optional(),
      })
      .optional()
      .describe(
        'What a scope looks like: any text, an RFC 6749 scope-token, or "METHOD /path". Absent: scopes cannot be asked for.',
      ),
    lifetimes: z
      .strictObject({ least: z.string().optional(), most: z.string().optional() })
      .optional()
      .describe('Lifetimes that can be asked for. Absent: none can.'),
    errors: z
      .strictObject({
        message: places.optional(),
        code: places.optional(),
        rules: z.array(refusal).max(32).optional(),
      })
      .optional()
      .describe('How the API says no, in all its replies.'),
    ids: z.strictObject({ maxLength: z.int().positive().optional() }).optional(),
  })
  .meta({ id: 'ProviderDefinition', title: 'tokn provider definition' })

export type ProviderDefinition = z.infer<typeof definitionSchema>
export type Exchange = z.infer<typeof exchange>
export type Fallback = z.infer<typeof fallback>
export type Request = z.infer<typeof request>
export type Reply = z.infer<typeof reply>
export type Places = z.infer<typeof places>
export type Place = z.infer<typeof place>
export type ExpiryPlace = z.infer<typeof expiry>
export type Condition = z.infer<typeof condition>
export type Refusal = z.infer<typeof refusal>
export type RefusalKind = (typeof refusalKinds)[number]
export type Pages = z.infer<typeof pages>
export type { Body }
