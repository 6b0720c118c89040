import { z } from 'zod'
import { refusalKinds } from '../../core/refusal.ts'
import { words } from '../../messages/words.ts'
import {
  body,
  condition,
  expiry,
  path,
  places,
  refusal,
  template,
  templates,
} from './definition-parts.ts'

// One request, and how its reply is read.

export const attach = z
  .strictObject({
    headers: templates.optional().describe('In headers: { "Authorization": "Bearer {access}" }.'),
    query: templates.optional().describe('In the query of the URL.'),
    cookies: templates.optional().describe('In cookies.'),
  })
  .describe('How a token travels with a request; {access} stands for it.')
  .meta({ id: 'attach' })

export const request = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).describe('The HTTP method.'),
    path: template.describe(
      'Path below the base URL, beginning with a slash; placeholders are percent-encoded. A full URL only where its origin is among `origins`.',
    ),
    headers: templates.optional().describe('Headers of this request.'),
    query: templates.optional().describe('Query parameters; they are percent-encoded.'),
    cookies: templates.optional().describe('Cookies of this request.'),
    json: body.optional().describe('A JSON body.'),
    form: templates.optional().describe('A body of application/x-www-form-urlencoded.'),
    basic: z
      .strictObject({
        user: template.describe('The user name, or the client id.'),
        password: template.describe('The password, or the client secret.'),
        encoded: z
          .boolean()
          .optional()
          .describe('Percent-encode both first, as RFC 6749 section 2.3.1 asks.'),
      })
      .optional()
      .describe('HTTP Basic authentication (RFC 7617, UTF-8).'),
  })
  .describe('Method, address, headers and body of a request.')
  .meta({ id: 'request' })

const expiries = z.union([expiry, z.array(expiry).min(1).max(4)])
const label = z.string().min(1).max(64)

const signingKey = z
  .strictObject({
    id: places.describe('Which key it is: an access key id.'),
    secret: places.describe('The secret access key.'),
    session: places.optional().describe('The session token that goes with it, if there is one.'),
  })
  .describe(
    'A key that requests are signed with (AWS Signature Version 4). It comes beside the access token, and ends with it: what `tokn credential aws` gives.',
  )
  .meta({ id: 'signing-key' })

export const reply = z
  .strictObject({
    format: z
      .enum(['json', 'form', 'text', 'none'])
      .optional()
      .describe('What the body is. Default: json.'),
    mediaTypes: z
      .array(
        z.string().regex(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/, {
          error: () => words.definitions.notAMediaType(),
        }),
      )
      .min(1)
      .max(8)
      .optional()
      .describe(
        'Media types of text that is the answer of the API itself, not of a proxy. JSON needs none.',
      ),
    unwrap: z
      .array(path)
      .max(8)
      .optional()
      .describe(
        'Envelopes: paths below which a value is looked for that is not at the top of the body.',
      ),
    access: places.optional().describe('The access token.'),
    refresh: places
      .optional()
      .describe('The refresh token. Where the reply has none, the old one is kept.'),
    expiry: expiries.optional().describe('When the access token ends.'),
    refreshExpiry: expiries.optional().describe('When the refresh token ends.'),
    signingKey: signingKey.optional().describe('The key to sign requests with, if there is one.'),
    id: places.optional().describe("The API's own id of the token: the {target} of `revoke`."),
    name: places.optional().describe('The name of the token.'),
    scopes: places
      .optional()
      .describe('Its scopes: an array, a text, or a map whose keys are the scopes.'),
    userId: places
      .optional()
      .describe('Whose token it is, kept as {context.userId}. A refresh that changes it warns.'),
    context: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), places)
      .optional()
      .describe('Values that later requests need, as {context.NAME}.'),
    items: places.optional().describe('Of `list`: the entries, an array or a map.'),
    where: condition.optional().describe('Of `list`: which entries count.'),
    createdAt: expiries.optional().describe('When the token was made.'),
    lastUsedAt: expiries.optional().describe('When it was last used.'),
    revokedAt: expiries.optional().describe('When it was revoked.'),
    active: condition.optional().describe('What holds while the token is alive.'),
    facts: z.record(label, places).optional().describe('Further values to show, by label.'),
  })
  .describe('Where a reply has what. What is not named is not read.')
  .meta({ id: 'reply' })

const pages = z
  .strictObject({
    link: z
      .literal(true)
      .optional()
      .describe('The next page is in a Link header, rel="next" (RFC 8288).'),
    url: places.optional().describe('Where the reply has the URL of the next page.'),
    cursor: places.optional().describe('Where the reply has the value to ask the next page with.'),
    step: z.enum(['page', 'offset']).optional().describe('Pages, or items, are counted up.'),
    query: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('The query parameter for the cursor, the page or the offset.'),
    first: z
      .int()
      .optional()
      .describe('Number of the first page or item. Default: 1 for pages, 0 for items.'),
    size: z.int().min(1).max(1000).optional().describe('How many items a page has.'),
    sizeQuery: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('The query parameter for the size of a page.'),
    more: condition.optional().describe('What holds while there is another page.'),
  })
  .describe('How a long list continues: exactly one of link, url, cursor, step.')
  .meta({ id: 'pages' })

const fallback = z
  .strictObject({
    on: z.array(z.enum(refusalKinds)).min(1).describe('After which refusals it is tried.'),
    request: request.describe('What is sent then.'),
    reply: reply.optional().describe('How its reply is read. Default: as that of the first.'),
  })
  .describe('A second request for APIs that exist in two variants.')
  .meta({ id: 'otherwise' })

export const exchange = z
  .strictObject({
    given: z
      .array(z.string())
      .min(1)
      .max(8)
      .optional()
      .describe(
        'Skipped unless these have a value: refresh, scopes, context.NAME, fields.NAME ...',
      ),
    request: request.describe('What is sent.'),
    auth: z
      .enum(['token', 'none'])
      .optional()
      .describe(
        'Whether the token held goes with it, as `attach` says. Default: none for login and refresh, token for all else.',
      ),
    accept: z
      .array(z.int().min(200).max(299))
      .min(1)
      .optional()
      .describe(
        'Statuses that mean success. Default: any 2xx. A new token in the reply is kept in any case.',
      ),
    success: condition
      .optional()
      .describe('What a success also has to fulfil. A new token is kept in any case.'),
    reply: reply.optional().describe('Where the reply has what.'),
    refused: z
      .array(refusal)
      .max(32)
      .optional()
      .describe('How this request is refused. These rules go before those of `errors`.'),
    retry: z
      .enum(['safe', 'unsent', 'never'])
      .optional()
      .describe(
        'When it may be sent again. safe: whenever it failed. unsent: if it never reached the server, or the server says when to come back. never: not at all. Default: safe for GET and DELETE, unsent for all else.',
      ),
    asks: z
      .array(z.string())
      .min(1)
      .max(8)
      .optional()
      .describe('Fields that have to be answered again, such as the password.'),
    optional: z
      .literal(true)
      .optional()
      .describe('Of several in a row: a refusal of this one does not matter.'),
    attach: attach
      .optional()
      .describe('How the token from this exchange travels, if not as that of a login.'),
    pages: pages.optional().describe('How a long list continues.'),
    otherwise: fallback.optional().describe('What is tried once if the request is refused.'),
  })
  .describe('One request and how its reply is read. An operation may have several, in a row.')
  .meta({ id: 'exchange' })

export const operation = z.union([exchange, z.array(exchange).min(1).max(5)])
