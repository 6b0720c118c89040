import { z } from 'zod'
import { refusalKinds } from '../../core/refusal.ts'
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
    headers: templates.optional(),
    query: templates.optional(),
    cookies: templates.optional(),
  })
  .meta({ id: 'attach' })
  .describe('How a token travels with a request; {access} stands for it.')

export const request = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: template.describe(
      'Path below the base URL, beginning with a slash; placeholders are percent-encoded. A full URL only where its origin is among `origins`.',
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
      .describe('HTTP Basic authentication (RFC 7617, UTF-8).'),
  })
  .meta({ id: 'request' })

const expiries = z.union([expiry, z.array(expiry).min(1).max(4)])
const label = z.string().min(1).max(64)

export const reply = z
  .strictObject({
    format: z.enum(['json', 'form', 'text', 'none']).optional().describe('Default: json.'),
    mediaTypes: z
      .array(z.string().regex(/^[a-z0-9.+-]+\/[a-z0-9.+-]+$/, 'expected a media type: text/plain'))
      .min(1)
      .max(8)
      .optional()
      .describe(
        'Media types in which text or a page is the answer of the API itself; JSON is read whatever its label.',
      ),
    unwrap: z
      .array(path)
      .max(8)
      .optional()
      .describe(
        'Envelopes: paths below which everything is looked for when it is not on the outside.',
      ),
    access: places.optional().describe('The token that requests carry.'),
    refresh: places.optional().describe('What a refresh needs; absent in the reply: unchanged.'),
    expiry: expiries.optional().describe('When the access token ends.'),
    refreshExpiry: expiries.optional().describe('When the refresh token ends.'),
    id: places.optional().describe("The API's own name for the token: what revoke speaks of."),
    name: places.optional(),
    scopes: places
      .optional()
      .describe('An array, a text split at spaces or commas, or a map whose keys are the scopes.'),
    userId: places
      .optional()
      .describe('Whose token it is; kept as context.userId. A change in a refresh is told.'),
    context: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/), places)
      .optional()
      .describe('Facts that later requests need.'),
    items: places.optional().describe('The list: an array, or a map.'),
    where: condition.optional().describe('Which entries of the list count.'),
    createdAt: expiries.optional(),
    lastUsedAt: expiries.optional(),
    revokedAt: expiries.optional(),
    active: condition.optional().describe('When the token counts as alive.'),
    facts: z.record(label, places).optional().describe('Further things to show, by label.'),
  })
  .meta({ id: 'reply' })

const pages = z
  .strictObject({
    link: z
      .literal(true)
      .optional()
      .describe('The next page is in a Link header, rel="next" (RFC 8288).'),
    url: places.optional().describe('The next page is a URL in the reply.'),
    cursor: places.optional().describe('A value to send as the query value `query`.'),
    step: z
      .enum(['page', 'offset'])
      .optional()
      .describe('Count pages, or items, in the query value `query`.'),
    query: z.string().min(1).max(64).optional(),
    first: z
      .int()
      .optional()
      .describe('Number of the first page or item. Default: 1 for pages, 0 for items.'),
    size: z.int().min(1).max(1000).optional().describe('Items asked for per page.'),
    sizeQuery: z.string().min(1).max(64).optional(),
    more: condition.optional().describe('When there is another page, where the reply says so.'),
  })
  .meta({ id: 'pages' })
  .describe('How a long list continues: exactly one of link, url, cursor, step.')

const fallback = z
  .strictObject({
    on: z.array(z.enum(refusalKinds)).min(1),
    request,
    reply: reply.optional(),
  })
  .meta({ id: 'otherwise' })

export const exchange = z
  .strictObject({
    given: z
      .array(z.string())
      .min(1)
      .max(8)
      .optional()
      .describe('Left out unless these are there: refresh, scopes, context.NAME, fields.NAME ...'),
    request,
    auth: z
      .enum(['token', 'none'])
      .optional()
      .describe(
        'Whether the held token goes with it, as `attach` says. Default: none for login and refresh, token otherwise.',
      ),
    accept: z
      .array(z.int().min(200).max(299))
      .min(1)
      .optional()
      .describe(
        'Statuses that mean success. Default: any 2xx. A new token in the answer is taken all the same.',
      ),
    success: condition
      .optional()
      .describe('What must hold besides. A new token in the answer is taken all the same.'),
    reply: reply.optional(),
    refused: z
      .array(refusal)
      .max(32)
      .optional()
      .describe('How this operation says no; before the rules of `errors`.'),
    retry: z
      .enum(['safe', 'unsent', 'never'])
      .optional()
      .describe(
        'Whether it may be sent again. Default: safe for GET and DELETE, unsent otherwise.',
      ),
    asks: z
      .array(z.string())
      .min(1)
      .max(8)
      .optional()
      .describe('Fields whose value it needs anew, though a login is held.'),
    optional: z
      .literal(true)
      .optional()
      .describe('Of several in a row: one whose refusal does not matter.'),
    attach: attach
      .optional()
      .describe('How the token from this exchange travels, when unlike that of a login.'),
    pages: pages.optional(),
    otherwise: fallback.optional().describe('Tried once when the first is refused so.'),
  })
  .meta({ id: 'exchange' })

export const operation = z
  .union([exchange, z.array(exchange).min(1).max(5)])
  .describe('One exchange, or several in a row whose findings add up.')
