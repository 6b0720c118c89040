import type { SandboxedApi } from '../context.ts'

/** One command of the demonstration. */
export interface DemoStep {
  readonly why: string
  readonly args: readonly string[]
  /** Exit status that belongs to it; 0 where left out. */
  readonly status?: number
  readonly variables?: Readonly<Record<string, string>>
}

/** What the demonstration shows of one API. */
export interface DemoChapter {
  readonly api: string
  readonly title: string
  readonly steps: readonly DemoStep[]
}

/** The chapters, for the APIs as they are served now. */
export function demoChapters(apis: readonly SandboxedApi[]): readonly DemoChapter[] {
  const find = (name: string) => apis.find((api) => api.name === name)
  return chapters.flatMap(({ name, title, make }) => {
    const api = find(name)
    return api === undefined ? [] : [{ api: name, title, steps: make(api) }]
  })
}

const chapters: ReadonlyArray<{
  name: string
  title: string
  make: (api: SandboxedApi) => readonly DemoStep[]
}> = [
  {
    name: 'hosterby',
    title: 'hoster.by: two keys in headers, both tokens replaced at every refresh',
    make: hosterbySteps,
  },
  {
    name: 'oz',
    title: 'Oz Forensics: a header of its own, sessions that use prolongs',
    make: ozSteps,
  },
  {
    name: 'mcs',
    title: 'MCS Vision: the token in the query, and a budget of 25 x 25',
    make: mcsSteps,
  },
  {
    name: 'rightech',
    title: 'Rightech IoT: named tokens with scopes and lifetimes',
    make: rightechSteps,
  },
]

function hosterbySteps(api: SandboxedApi): readonly DemoStep[] {
  const call = `fetch('${api.resource.url}', { headers: { 'Access-Token': process.env.API_TOKEN } }).then(async (reply) => console.log(reply.status, (await reply.text()).length, 'bytes'))`
  return [
    login('web', api, 'log in; the keys come from the environment'),
    { why: 'a good token, for a script', args: ['token', 'web'] },
    { why: 'the header that this API wants', args: ['header', 'web'] },
    {
      why: 'a program that gets the token in a variable only it sees',
      args: ['exec', 'web', '-e', 'API_TOKEN', '--', 'node', '-e', call],
    },
    { why: 'new tokens now', args: ['refresh', 'web'] },
    { why: 'what the provider and this machine say of the session', args: ['info', 'web'] },
    {
      why: 'in a CI job: no profile, nothing kept',
      args: ['token'],
      variables: { TOKN_PROVIDER: api.name, TOKN_BASE_URL: api.baseUrl, ...credentialsOf(api) },
    },
  ]
}

function ozSteps(api: SandboxedApi): readonly DemoStep[] {
  return [
    login('eye', api, 'log in; Oz gives every customer an address of its own'),
    { why: 'not "Authorization", and no "Bearer"', args: ['header', 'eye'] },
    {
      why: 'the refresh token is called expire_token there; here it is a refresh',
      args: ['refresh', 'eye'],
    },
    {
      why: 'what an API cannot do is said, with the place to do it',
      args: ['revoke', 'some-token', '-P', 'eye'],
      status: 5,
    },
  ]
}

function mcsSteps(api: SandboxedApi): readonly DemoStep[] {
  return [
    login('vis', api, 'log in; the API lives on another host than its tokens'),
    { why: 'a token that travels in the query', args: ['header', 'vis', '-o', 'query'] },
    { why: 'one of 25 refreshes', args: ['refresh', 'vis'] },
    { why: 'how much of the budget is used', args: ['info', 'vis'] },
  ]
}

function rightechSteps(api: SandboxedApi): readonly DemoStep[] {
  const scopes = ['GET /objects', 'GET /tokens', 'POST /tokens', 'DELETE /tokens/:id']
  const flags = scopes.flatMap((scope) => ['--scope', scope])
  return [
    login('iot', api, 'log in for 90 days, with scopes', ['--expires-in', '90 days', ...flags]),
    {
      why: 'a token for the CI, shown once',
      args: ['issue', 'iot', '--name', 'ci', '--scope', 'GET /objects', '--expires-in', '7 days'],
    },
    { why: 'the tokens that the provider knows', args: ['list', 'iot'] },
    { why: 'away with it, by its name', args: ['revoke', 'ci', '-P', 'iot'] },
    {
      why: 'no refresh there: a successor is issued, and the old token revoked',
      args: ['refresh', 'iot'],
    },
    { why: 'all that is held here', args: ['list', '--local'] },
    { why: 'log out everywhere', args: ['logout', '--all', '--yes'] },
  ]
}

function login(
  name: string,
  api: SandboxedApi,
  why: string,
  more: readonly string[] = [],
): DemoStep {
  const apiUrl = api.apiUrl === undefined ? [] : ['--api-url', api.apiUrl]
  return {
    why,
    args: ['login', name, '--provider', api.name, '--base-url', api.baseUrl, ...apiUrl, ...more],
    variables: credentialsOf(api),
  }
}

function credentialsOf(api: SandboxedApi): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(api.credentials).map(([name, value]) => [`TOKN_${name.toUpperCase()}`, value]),
  )
}
