import { z } from 'zod'
import { attach, operation } from './definition-exchange.ts'
import type { exchange, reply, request } from './definition-exchange.ts'
import { places, refusal, templates } from './definition-parts.ts'
import type { condition, expiry, place } from './definition-parts.ts'

// The one schema of a provider definition. The built-in definitions, a user's own, the published
// JSON Schema and the reference in the README all come from here. Import it as a type where nothing
// is checked: the schema library is slow to load.

const operationNames = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const

const field = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, 'expected lower-case letters, digits and underscores')
      .describe('Also the name of its variable: TOKN_<NAME>.'),
    label: z.string().min(1).max(80),
    secret: z.boolean().optional(),
    optional: z.boolean().optional(),
    default: z.string().max(256).optional(),
    choices: z.array(z.string().min(1)).min(1).optional(),
    loginChoices: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Those of the choices for which the login makes tokens; the others are for tokens made elsewhere.',
      ),
  })
  .meta({ id: 'field' })

const url = z.url({ protocol: /^https?$/ }).max(2048)
const origin = url.describe('scheme://host[:port]')
const sentence = z.string().min(1).max(300)

export const definitionSchema = z
  .strictObject({
    $schema: z.string().optional(),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'expected lower-case letters, digits and dashes')
      .describe('Name of the provider.'),
    title: z.string().min(1).max(80),
    docs: url.describe('The page it was written from.'),
    baseUrl: url.optional().describe('Where tokens are made; absent: each profile gives its own.'),
    basePath: z
      .string()
      .regex(/^(\/[A-Za-z0-9._~-]+)+$/, 'expected a path that begins with a slash and ends without')
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
    fields: z.array(field).max(16).describe('What a login asks for.'),
    headers: templates.optional().describe('On every request (an API version).'),
    attach,
    login: operation.optional(),
    refresh: operation.optional(),
    issue: operation.optional(),
    list: operation.optional(),
    revoke: operation.optional(),
    info: operation.optional(),
    logout: operation.optional(),
    why: z
      .partialRecord(z.enum(operationNames), sentence)
      .optional()
      .describe('For an operation that the API does not have: where the user can do it instead.'),
    rotation: z
      .enum(['none', 'on-first-use', 'always', 'reissue', 'server-decides'])
      .describe(
        'What a refresh does to the tokens held before it: nothing; ends them when the new one is first used; ends them at once; there is no refresh, a new token is issued with the old one; either may happen.',
      ),
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
        per: z.string().describe('The field that the count belongs to.'),
        logins: z.int().positive().optional(),
        refreshes: z.int().positive().optional(),
        spent: sentence.optional().describe('What a user can do who has no login left.'),
      })
      .optional()
      .describe(
        'How many tokens an account may make: logins ever, refreshes whose tokens are alive.',
      ),
    needs: z
      .partialRecord(z.enum(operationNames), z.string().min(1))
      .optional()
      .describe('Scope that an operation needs.'),
    scopes: z
      .strictObject({
        form: z.enum(['any', 'token', 'method-path']).optional(),
        choices: z.array(z.string().min(1)).min(1).optional().describe('The only ones there are.'),
      })
      .optional()
      .describe(
        'What a scope looks like: any text, an RFC 6749 scope-token, or "METHOD /path". Absent: scopes cannot be asked for.',
      ),
    lifetimes: z
      .strictObject({
        least: z.string().optional(),
        most: z.string().optional(),
        step: z.string().optional().describe('A lifetime is a multiple of this.'),
        choices: z
          .array(z.string())
          .min(1)
          .max(64)
          .optional()
          .describe('The only ones there are: ["1 day", "30 days"].'),
      })
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
    ids: z
      .strictObject({
        form: z.enum(['any', 'digits', 'hex', 'uuid']).optional(),
        maxLength: z.int().positive().max(1024).optional(),
      })
      .optional()
      .describe('What the id of a token looks like. Default: any text of 256 characters at most.'),
  })
  .meta({ title: 'tokn provider definition' })

export type ProviderDefinition = z.infer<typeof definitionSchema>
export type Exchange = z.infer<typeof exchange>
export type RequestTemplate = z.infer<typeof request>
export type ReplyPlan = z.infer<typeof reply>
export type PagePlan = NonNullable<Exchange['pages']>
export type AttachTemplate = z.infer<typeof attach>
export type Places = z.infer<typeof places>
export type Place = z.infer<typeof place>
export type ExpiryPlan = z.infer<typeof expiry>
export type Condition = z.infer<typeof condition>
export type RefusalRule = z.infer<typeof refusal>
