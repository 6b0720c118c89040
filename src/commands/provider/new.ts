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
    group: 'change',
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
    throw new ToknError('usage', words.newProvider.nobodyToAnswer())
  }
  const api = await askAboutApi(context, flags, interaction)
  const text = draftDefinition(api)
  const definitions = await context.definitions(flags)
  definitions.check(text)
  definitions.create(file, text)
  context.terminal.say(words.newProvider.wrote(file, api.id))
}

async function askAboutApi(
  context: Context,
  flags: NewFlags,
  interaction: Interaction,
): Promise<ApiAnswers> {
  const { questions, ways } = words.newProvider
  const ask = async (label: string, placeholder: string) =>
    (await interaction.ask(label, { placeholder })) || placeholder
  return {
    id: await ask(questions.id, 'my-api'),
    title: await ask(questions.title, 'My API'),
    docs: await ask(questions.docs, 'https://example.com/docs'),
    baseUrl: checkBaseUrl(
      await ask(questions.baseUrl, 'https://api.example.com'),
      words.loginFlags.baseUrl(),
    ),
    loginPath: await ask(questions.loginPath, '/auth/token'),
    credentials: ((await context.select(
      flags,
      questions.credentials,
      Object.entries(ways).map(([value, label]) => ({ value, label })),
    )) ?? 'json') as ApiAnswers['credentials'],
    accessPath: await ask(questions.accessPath, 'access_token'),
    refreshPath: await ask(questions.refreshPath, '-'),
    expiryPath: await ask(questions.expiryPath, 'expires_in'),
    header: await ask(questions.header, 'Authorization: Bearer'),
  }
}

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

/** Puts a comment above each key that has an explanation. */
function explain(json: string): string {
  const lines = json.split('\n').flatMap((line) => {
    const key = /^ {2}"([a-z]+)":/.exec(line)?.[1]
    const text = key === undefined ? undefined : words.newProvider.explanations[key]
    return text === undefined ? [line] : [`  // ${text}`, line]
  })
  return `${lines.join('\n')}\n`
}
