import { z } from 'zod'
import { refusalKinds } from '../../core/refusal.ts'
import type { BodyTemplate } from '../templates/template.ts'
import { transforms, type ValueKind } from '../templates/transforms.ts'

// The smallest parts of a definition: texts with placeholders, places in a reply, conditions.

export const template = z
  .string()
  .max(4096)
  .describe(
    'A text with placeholders: {fields.NAME} {context.NAME} {access} {refresh} {id} {name} {label} {scopes} {lifetime} {expires} {target} {audience} {baseUrl} {now} {uuid}. Transforms change them: {lifetime|words}, {name|or:tokn}, {expires|epoch|or:0}. A text that is one placeholder and nothing else keeps the type of its value. Where a placeholder has no value, the key is left out. {{ and }} are braces. ' +
      transformsInWords(),
  )
  .meta({ id: 'template' })

export const templates = z.record(z.string().min(1).max(128), template)

export const body: z.ZodType<BodyTemplate> = z
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
  .describe('A JSON value whose strings are templates.')
  .meta({ id: 'body' })

export const path = z
  .string()
  .max(256)
  .describe(
    'A path in the body: keys joined by dots (data.tokens.0.value), or a JSON Pointer (/data/a.b). "*" is the first of an array or map. The empty text is the whole body.',
  )
  .meta({ id: 'path' })

const token = z.enum(['access', 'refresh'])

export const place = z.union([
  path,
  z
    .strictObject({
      body: path.optional().describe('In the body, below this path.'),
      header: z.string().min(1).max(128).optional().describe('A response header.'),
      cookie: z.string().min(1).max(128).optional().describe('A cookie set by the reply.'),
      location: z
        .string()
        .min(1)
        .max(128)
        .optional()
        .describe(
          'In the Location header: "last" is its last path segment, any other text a query parameter.',
        ),
      claim: z.string().min(1).max(128).optional().describe('A claim of a token that is a JWT.'),
      request: template.optional().describe('Something that was sent, or is known already.'),
      key: z.literal(true).optional().describe('In a list that is a map: the key of the entry.'),
      of: token.optional().describe('Which token has the claim. Default: access.'),
      cookieAttribute: z
        .enum(['max-age', 'expires'])
        .optional()
        .describe('This attribute of the cookie instead of its value.'),
      strip: z.string().max(64).optional().describe('Text to take off the front: "Bearer ".'),
      encode: z.enum(['base64']).optional().describe('How to encode the text after that.'),
      each: path.optional().describe('Of an array of objects: where each has its text.'),
      split: z
        .enum(['space', 'comma', 'line'])
        .optional()
        .describe('Where to split a text into a list. Default: at spaces, else at commas.'),
    })
    .describe('Exactly one of body, header, cookie, location, claim, request, key.')
    .meta({ id: 'place' }),
])

export const places = z
  .union([place, z.array(place).min(1).max(8)])
  .describe('Where a value is: a path or a place; of several, the first that has one.')
  .meta({ id: 'places' })

export const expiry = z
  .strictObject({
    from: places.describe('Where the value is.'),
    as: z
      .enum([
        'seconds',
        'milliseconds',
        'minutes',
        'hours',
        'days',
        'words',
        'instant',
        'instant-seconds',
        'instant-milliseconds',
      ])
      .describe(
        'What the value is. seconds, milliseconds, minutes, hours, days, words ("90 days", "15m"): a length of time, counted from now. instant-seconds, instant-milliseconds: a number counted from 1970. instant: a date in any form with only one reading (ISO 8601, RFC 2822, SQL, asctime, Go, .NET; UTC where it names no zone), or a number from 1970 whose size shows its unit.',
      ),
    format: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'Of an instant: its form where it could be read in several ways, such as "dd.MM.yyyy HH:mm" (https://moment.github.io/luxon/#/parsing?id=table-of-tokens).',
      ),
    zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Of an instant: the zone of a date that names none: "Europe/Minsk", "UTC+3".'),
    never: z
      .array(z.union([z.string(), z.number(), z.null()]))
      .min(1)
      .optional()
      .describe('Values that mean "does not expire". No others do.'),
    absent: z
      .literal('never')
      .optional()
      .describe('A token without this value does not expire. Only where the API says so.'),
  })
  .describe('When something ends, or happened.')
  .meta({ id: 'expiry' })

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const scalars = z.union([scalar, z.array(scalar).min(1)])
const status = z.int().min(100).max(599)

export const condition = z
  .strictObject({
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('HTTP status, one or several.'),
    at: places.optional().describe('A place in the reply. On its own: there is a value.'),
    equals: scalars
      .optional()
      .describe('The value there is this, or one of these. 1 and "1" are equal.'),
    not: scalars.optional().describe('The value there is none of these, or there is none.'),
    contains: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('The value there contains this text, in upper or lower case; an object as JSON.'),
    least: z.number().optional().describe('The value there is a number of at least this.'),
    exists: z
      .boolean()
      .optional()
      .describe('There is a value there, or there is none; null is none.'),
  })
  .describe('Everything in it has to hold.')
  .meta({ id: 'condition' })

export const refusal = z
  .strictObject({
    when: condition.describe('What the reply has.'),
    means: z
      .enum(refusalKinds)
      .describe(
        'What that means. credentials: they are wrong. expired, invalid: the token is dead. forbidden: the token may not do this. refresh-rejected: the refresh token is dead. limit: no more tokens are allowed. not-found: no such token. rate-limited, unavailable: try again later. route-missing: there is nothing at this address. refused: anything else.',
      ),
    hint: z.string().max(300).optional().describe('What users can do about it.'),
  })
  .describe('A rule that says what a refusal means.')
  .meta({ id: 'refusal' })

/** Every transform, by what it takes. */
function transformsInWords(): string {
  return [
    `Transforms of a length of time (lifetime): ${transformsOf('duration')}.`,
    `Of an instant (expires, now): ${transformsOf('instant')}.`,
    `Of a list (scopes): ${transformsOf('list')}.`,
    `Of a text: ${transformsOf('text')}.`,
    'or:TEXT replaces an absent value.',
  ].join(' ')
}

function transformsOf(kind: ValueKind): string {
  return [...transforms].flatMap(([name, { takes }]) => (takes === kind ? [name] : [])).join(', ')
}
