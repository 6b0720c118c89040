import { z } from 'zod'
import { words } from '../../messages/words.ts'
import { attach, exchange, operation, type reply, type request } from './definition-exchange.ts'
import {
  places,
  refusal,
  templates,
  type condition,
  type expiry,
  type place,
} from './definition-parts.ts'

// The one schema of a provider definition. The built-in definitions, a user's own, the published
// JSON Schema and the reference in docs/ all come from here. Import it as a type where nothing
// is checked: the schema library is slow to load.

const operationNames = ['login', 'refresh', 'issue', 'list', 'revoke', 'info', 'logout'] as const

const field = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, { error: () => words.definitions.notAFieldName() })
      .describe('Name of the field. A script answers it in the variable TOKN_<NAME>.'),
    label: z.string().min(1).max(80).describe('What the prompt asks for.'),
    secret: z
      .boolean()
      .optional()
      .describe('The answer is hidden, and not kept unless the user asks for that.'),
    optional: z.boolean().optional().describe('A login works without an answer.'),
    default: z.string().max(256).optional().describe('The answer of a user who gives none.'),
    choices: z.array(z.string().min(1)).min(1).optional().describe('The only possible answers.'),
    loginChoices: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'The choices with which a login can make tokens. With the others only a token made elsewhere can be used.',
      ),
  })
  .describe('A question that a login asks.')
  .meta({ id: 'field' })

const url = z.url({ protocol: /^https?$/ }).max(2048)
const origin = url.describe('An origin: scheme://host[:port].')
const sentence = z.string().min(1).max(300)

export const definitionSchema = z
  .strictObject({
    $schema: z.string().optional().describe('Where an editor finds the JSON Schema.'),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, { error: () => words.definitions.notAProviderId() })
      .describe('Name of the provider, as in `tokn login --provider NAME`.'),
    title: z.string().min(1).max(80).describe('Name of the API in messages.'),
    docs: url.describe('The page of the documentation that the definition was written from.'),
    baseUrl: url
      .optional()
      .describe('Where tokens are made. Without it each profile gives its own, with --base-url.'),
    basePath: z
      .string()
      .regex(/^(\/[A-Za-z0-9._~-]+)+$/, { error: () => words.definitions.notABasePath() })
      .optional()
      .describe(
        'A prefix of every path. Users may give a base URL with or without it; it is added once.',
      ),
    origins: z
      .array(origin)
      .max(8)
      .optional()
      .describe('Further origins that the requests of this definition may go to.'),
    apiOrigins: z
      .array(origin)
      .max(8)
      .optional()
      .describe('Origins that the token may be sent to, when the API is not at the base URL.'),
    fields: z.array(field).max(16).describe('What a login asks for.'),
    headers: templates
      .optional()
      .describe('Headers of every request of this definition, such as an API version.'),
    attach: attach.describe('How the token travels with a request.'),
    login: operation.optional().describe('How a login gets its tokens.'),
    refresh: operation.optional().describe('How to get new tokens for the ones held.'),
    issue: operation
      .optional()
      .describe('How to make a further token, with a name, scopes or a lifetime of its own.'),
    list: operation.optional().describe('How to list the tokens of the account.'),
    revoke: operation.optional().describe('How to revoke one token, {target} being its id.'),
    info: operation.optional().describe('How to ask what the API says of the token held.'),
    logout: operation.optional().describe('How to end the session at the provider.'),
    why: z
      .partialRecord(z.enum(operationNames), sentence)
      .optional()
      .describe('By operation that the API does not have: where users can do it instead.'),
    rotation: z
      .enum(['none', 'on-first-use', 'always', 'reissue', 'server-decides'])
      .describe(
        'What a refresh does to the tokens held before it. none: nothing. on-first-use: they end when a new one is first used. always: they end at once. reissue: there is no refresh; the old token issues a new one. server-decides: any of these may happen.',
      ),
    lifetime: z
      .string()
      .optional()
      .describe('How long an access token lives where the reply does not say: "15m", "1 day".'),
    refreshEndsWithCredentials: z
      .boolean()
      .optional()
      .describe('A refresh token ends with the credentials of the login at the latest.'),
    sliding: z.boolean().optional().describe('Each use of a token prolongs it.'),
    pasted: z
      .strictObject({
        expiry: z
          .enum(['never', 'unknown', 'jwt'])
          .describe('When such a token ends; jwt: as its claim `exp` says.'),
      })
      .optional()
      .describe('A token made elsewhere can be used: login --with-token.'),
    budget: z
      .strictObject({
        per: z.string().describe('The field that names the account, such as client_id.'),
        logins: z.int().positive().optional().describe('How many logins there are, ever.'),
        refreshes: z
          .int()
          .positive()
          .optional()
          .describe('How many tokens from refreshes may be alive at a time.'),
        spent: sentence.optional().describe('What users can do who have no login left.'),
      })
      .optional()
      .describe('How many tokens the API allows an account.'),
    needs: z
      .partialRecord(z.enum(operationNames), z.string().min(1))
      .optional()
      .describe('By operation: the scope that it needs.'),
    scopes: z
      .strictObject({
        form: z
          .enum(['any', 'token', 'method-path'])
          .optional()
          .describe(
            'any: any text. token: a scope-token of RFC 6749. method-path: "GET /objects".',
          ),
        choices: z.array(z.string().min(1)).min(1).optional().describe('The only scopes.'),
        known: z
          .array(z.string().min(1).max(512))
          .min(1)
          .max(256)
          .optional()
          .describe('Scopes that the documentation names, where there are more than those.'),
        list: z
          .union([
            z
              .string()
              .max(256)
              .regex(/^\/[!-~]*$/, { error: () => words.definitions.notAListPath() }),
            exchange,
          ])
          .optional()
          .describe(
            'How to ask for all scopes (`tokn provider scopes`): a path below the base URL that answers with a list, or an exchange whose `reply.scopes` says where that is.',
          ),
        unscoped: z
          .literal('all')
          .optional()
          .describe('What a token without scopes may do. all: everything that its user may.'),
      })
      .optional()
      .describe('Scopes that users can ask for. Without it they cannot.'),
    lifetimes: z
      .strictObject({
        least: z.string().optional().describe('The shortest: "1 hour".'),
        most: z.string().optional().describe('The longest: "1 year".'),
        step: z.string().optional().describe('Lifetimes are multiples of this: "1 day".'),
        choices: z
          .array(z.string())
          .min(1)
          .max(64)
          .optional()
          .describe('The only lifetimes: ["1 day", "30 days"].'),
      })
      .optional()
      .describe('Lifetimes that users can ask for. Without it they cannot.'),
    errors: z
      .strictObject({
        message: places.optional().describe('Where the sentence for people is.'),
        code: places.optional().describe('Where the code for programs is.'),
        rules: z
          .array(refusal)
          .max(32)
          .optional()
          .describe('What a refusal means; the first rule that holds decides.'),
      })
      .optional()
      .describe('How the API says no, in any of its replies.'),
    api: z
      .strictObject({
        refused: z
          .array(refusal)
          .min(1)
          .max(16)
          .describe(
            'How it says no. After `expired` and `invalid`, `tokn curl` refreshes the session and sends the request once more. A rule with `at` is looked up in a short JSON object alone.',
          ),
      })
      .optional()
      .describe('Replies of the API to requests of the user: how those with a dead token look.'),
    ids: z
      .strictObject({
        form: z.enum(['any', 'digits', 'hex', 'uuid']).optional().describe('Default: any.'),
        maxLength: z
          .int()
          .positive()
          .max(1024)
          .optional()
          .describe('How many characters it may have. Default: 256.'),
      })
      .optional()
      .describe('What the id of a token looks like; nothing else is sent as one.'),
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
