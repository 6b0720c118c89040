import { z } from 'zod'
import { refusalKinds } from '../../core/refusal.ts'
import type { BodyTemplate } from '../templates/template.ts'
import { transforms, type ValueKind } from '../templates/transforms.ts'

// The smallest words of a definition: texts with placeholders, places in a reply, conditions.

export const template = z
  .string()
  .max(4096)
  .meta({ id: 'template' })
  .describe(
    'Text with placeholders: {fields.NAME} {context.NAME} {access} {refresh} {id} {name} {scopes} {lifetime} {expires} {target} {audience} {baseUrl} {now} {uuid}, each with transforms: {lifetime|words}, {name|or:tokn}, {expires|epoch|or:0}. A value that is one placeholder alone keeps its type; a value whose placeholder is absent drops its key. {{ and }} are braces. ' +
      transformsInWords(),
  )

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
  .meta({ id: 'body' })
  .describe('A JSON value whose strings are templates.')

export const path = z
  .string()
  .max(256)
  .meta({ id: 'path' })
  .describe(
    'Where in the body: keys joined by dots (data.tokens.0.value), or a JSON Pointer (/data/a.b). "*" is the first of an array or map. The empty text is the whole body.',
  )

const token = z.enum(['access', 'refresh'])

export const place = z.union([
  path,
  z
    .strictObject({
      body: path.optional(),
      header: z.string().min(1).max(128).optional().describe('A response header.'),
      cookie: z.string().min(1).max(128).optional().describe('A cookie set by the reply.'),
      location: z
        .string()
        .min(1)
        .max(128)
        .optional()
        .describe(
          'From the Location header: "last" for its last path segment, or the name of a query value.',
        ),
      claim: z.string().min(1).max(128).optional().describe('A claim of a token, read as a JWT.'),
      request: template.optional().describe('Something that was sent, or is known already.'),
      key: z.literal(true).optional().describe('In a list that is a map: the key of the entry.'),
      of: token.optional().describe('The token whose claim is meant. Default: access.'),
      cookieAttribute: z
        .enum(['max-age', 'expires'])
        .optional()
        .describe('Instead of the value of the cookie, this attribute of it.'),
      strip: z.string().max(64).optional().describe('Text to take off the front, if it is there.'),
      encode: z.enum(['base64']).optional().describe('What to do with the text then.'),
      each: path.optional().describe('In an array of objects: the path of the text within each.'),
      split: z
        .enum(['space', 'comma', 'line'])
        .optional()
        .describe('How a text is a list. Default: at spaces if it has any, else at commas.'),
    })
    .describe('Exactly one of body, header, cookie, location, claim, request, key.'),
])

export const places = z
  .union([place, z.array(place).min(1).max(8)])
  .meta({ id: 'places' })
  .describe('Where a value is found; of several places, the first that has one.')

export const expiry = z
  .strictObject({
    from: places,
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
        'seconds, milliseconds, minutes, hours, days, words ("90 days", "15m"): counted from now. instant: a date in any form that means one thing (ISO 8601, RFC 2822, SQL, asctime, Go, .NET; without a zone it is UTC), or a number whose size tells seconds, milliseconds, microseconds or nanoseconds since 1970.',
      ),
    format: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(
        'Of an instant whose form means several things: "dd.MM.yyyy HH:mm", in the tokens of https://moment.github.io/luxon/#/parsing?id=table-of-tokens.',
      ),
    zone: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe('Of an instant that does not say its own: "Europe/Minsk", "UTC+3". Default: UTC.'),
    never: z
      .array(z.union([z.string(), z.number(), z.null()]))
      .min(1)
      .optional()
      .describe('Values that mean "does not expire". Without this list no value does.'),
    absent: z
      .literal('never')
      .optional()
      .describe('Set where the API says that a token without this value does not expire.'),
  })
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
    at: places.optional().describe('A place in the reply. With nothing else: there is a value.'),
    equals: scalars
      .optional()
      .describe('The value there, one or several; numbers and their texts are equal.'),
    not: scalars
      .optional()
      .describe('The value there is none of these; where there is no value, that holds as well.'),
    contains: z
      .string()
      .min(1)
      .max(256)
      .optional()
      .describe('Text within the value there, upper and lower case alike; of an object, its JSON.'),
    least: z.number().optional().describe('The value there is a number at least this large.'),
    exists: z.boolean().optional().describe('Whether there is a value there; null is none.'),
  })
  .meta({ id: 'condition' })
  .describe('All that is said must hold.')

export const refusal = z
  .strictObject({
    when: condition,
    means: z.enum(refusalKinds),
    hint: z.string().max(300).optional().describe('What the user can do.'),
  })
  .meta({ id: 'refusal' })

/** Every transform, by what it takes. */
function transformsInWords(): string {
  return [
    `Transforms of a length of time (lifetime): ${transformsOf('duration')}.`,
    `Of an instant (expires, now): ${transformsOf('instant')}.`,
    `Of a list (scopes): ${transformsOf('list')}.`,
    `Of a text: ${transformsOf('text')}.`,
    'or:TEXT stands in for an absent value.',
  ].join(' ')
}

function transformsOf(kind: ValueKind): string {
  return [...transforms].flatMap(([name, { takes }]) => (takes === kind ? [name] : [])).join(', ')
}
