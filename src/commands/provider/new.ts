import type { Command } from 'commander'
import { checkBaseUrl } from '../../core/base-url.ts'
import { ToknError } from '../../core/errors.ts'
import type { Interaction } from '../../core/ports.ts'
import { words } from '../../messages/words.ts'
import type { CommonFlags, Context } from '../context.ts'
import { declare } from '../flags/declare.ts'
import type { FlagsOf } from '../flags/table.ts'

type NewFlags = CommonFlags & FlagsOf<'noInput'>

export function providerNewCommand(provider: Command, context: Context, run: typeof runNew): void {
  declare(provider, {
    usage: 'new <file>',
    flags: ['noInput'],
    answers: false,
    text: () => words.help.providerNew,
    examples: ['tokn provider new my-api.json'],
  }).action((file: string, flags: NewFlags) => run(context, file, flags))
}

/** What is asked about an API. */
export interface ApiAnswers {
  readonly id: string
  readonly title: string
  readonly docs: string
  readonly baseUrl: string
  readonly loginPath: string
  readonly credentials: 'json' | 'form' | 'basic' | 'headers'
  readonly accessPath: string
  readonly refreshPath: string
  readonly expiryPath: string
  readonly header: string
}

export async function runNew(context: Context, file: string, flags: NewFlags): Promise<void> {
  const interaction = await context.interaction(flags)
  if (interaction === undefined) {
    throw new ToknError('usage', 'this asks questions, and there is nobody to answer', {
      hint: 'run it in a terminal; or write the file by hand, with: tokn provider schema',
    })
  }
  const api = await askAboutApi(context, flags, interaction)
  const text = draftDefinition(api)
  const definitions = await context.definitions(flags)
  definitions.check(text)
  definitions.create(file, text)
  context.terminal.say(
    `wrote ${file}; next: edit it, then tokn provider add ${file} and tokn provider test ${api.id}`,
  )
}

async function askAboutApi(
  context: Context,
  flags: NewFlags,
  interaction: Interaction,
): Promise<ApiAnswers> {
  const ask = async (label: string, placeholder: string) =>
    (await interaction.ask(label, { placeholder })) || placeholder
  return {
    id: await ask('Short name of the API (lower-case letters, digits, dashes)', 'my-api'),
    title: await ask('Its title', 'My API'),
    docs: await ask('The page that documents its tokens', 'https://example.com/docs'),
    baseUrl: checkBaseUrl(await ask('Its address', 'https://api.example.com'), 'the base URL'),
    loginPath: await ask('Path of the request that logs in', '/auth/token'),
    credentials: ((await context.select(
      flags,
      'How do name and password travel?',
      credentialWays,
    )) ?? 'json') as ApiAnswers['credentials'],
    accessPath: await ask('Where the reply has the token', 'access_token'),
    refreshPath: await ask('Where the reply has the refresh token (a dash for none)', '-'),
    expiryPath: await ask(
      'Where the reply says in how many seconds it expires (a dash for nowhere)',
      'expires_in',
    ),
    header: await ask('The header that carries the token', 'Authorization: Bearer'),
  }
}

const credentialWays = [
  { value: 'json', label: 'in a JSON body' },
  { value: 'form', label: 'in a form body' },
  { value: 'basic', label: 'in HTTP Basic authentication' },
  { value: 'headers', label: 'in headers of their own' },
]

/** A definition with comments, from the answers about an API. */
export function draftDefinition(api: ApiAnswers): string {
  const [header = 'Authorization', ...scheme] = api.header.replace(':', '').trim().split(/\s+/)
  const names = { username: '{fields.username}', password: '{fields.password}' }
  const request = {
    method: 'POST',
    path: api.loginPath,
    ...{
      json: { json: names },
      form: { form: names },
      basic: { basic: { user: names.username, password: names.password } },
      headers: { headers: { 'X-Username': names.username, 'X-Password': names.password } },
    }[api.credentials],
  }
  const refreshes = api.refreshPath !== '-'
  const found = {
    access: api.accessPath,
    ...(refreshes ? { refresh: api.refreshPath } : {}),
    ...(api.expiryPath === '-' ? {} : { expiry: { from: api.expiryPath, as: 'seconds' } }),
  }
  const definition = {
    id: api.id,
    title: api.title,
    docs: api.docs,
    baseUrl: api.baseUrl,
    fields: [
      { name: 'username', label: 'User name' },
      { name: 'password', label: 'Password', secret: true },
    ],
    attach: { headers: { [header]: [...scheme, '{access}'].join(' ') } },
    login: { request, reply: found },
    ...(refreshes
      ? {
          refresh: {
            request: {
              method: 'POST',
              path: '/auth/refresh',
              json: { [api.refreshPath.split('.').at(-1) ?? 'refresh_token']: '{refresh}' },
            },
            reply: found,
          },
        }
      : {}),
    rotation: refreshes ? 'server-decides' : 'none',
  }
  return explain(JSON.stringify(definition, undefined, 2))
}

const explanations: Readonly<Record<string, string>> = {
  fields: 'What a login asks for; a secret one is never kept unless asked to.',
  attach: 'How the token travels with a request. {access} stands for it.',
  login: 'The request that makes a token, and where its reply has what.',
  refresh: 'The request that renews it. Check path and names against the documents.',
  rotation: 'What a refresh does to the old tokens: none, on-first-use, always, server-decides.',
}

/** Puts a comment above each key that has an explanation. */
function explain(json: string): string {
  const lines = json.split('\n').flatMap((line) => {
    const key = /^ {2}"([a-z]+)":/.exec(line)?.[1]
    const text = key === undefined ? undefined : explanations[key]
    return text === undefined ? [line] : [`  // ${text}`, line]
  })
  return `${lines.join('\n')}\n`
}
