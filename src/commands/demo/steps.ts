import { variableOf } from '../../core/variable.ts'
import { words } from '../../messages/words.ts'
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
  return chapters.flatMap(({ name, make }) => {
    const api = find(name)
    return api === undefined
      ? []
      : [{ api: name, title: words.demo.titles[name], steps: make(api) }]
  })
}

const chapters: ReadonlyArray<{
  name: keyof typeof words.demo.titles
  make: (api: SandboxedApi) => readonly DemoStep[]
}> = [
  {
    name: 'hosterby',
    make: hosterbySteps,
  },
  {
    name: 'oz',
    make: ozSteps,
  },
  {
    name: 'mcs',
    make: mcsSteps,
  },
  {
    name: 'rightech',
    make: rightechSteps,
  },
]

function hosterbySteps(api: SandboxedApi): readonly DemoStep[] {
  const say = words.demo.hosterby
  const call = `fetch('${api.resource.url}', { headers: { 'Access-Token': process.env.API_TOKEN } }).then(async (reply) => console.log(reply.status, (await reply.text()).length, 'bytes'))`
  return [
    login('web', api, say.login),
    { why: say.token, args: ['token', 'web'] },
    { why: say.header, args: ['header', 'web'] },
    {
      why: say.exec,
      args: ['exec', 'web', '-e', 'API_TOKEN', '--', 'node', '-e', call],
    },
    { why: say.refresh, args: ['refresh', 'web'] },
    { why: say.info, args: ['info', 'web'] },
    {
      why: say.inCi,
      args: ['token'],
      variables: { TOKN_PROVIDER: api.name, TOKN_BASE_URL: api.baseUrl, ...credentialsOf(api) },
    },
  ]
}

function ozSteps(api: SandboxedApi): readonly DemoStep[] {
  const say = words.demo.oz
  return [
    login('eye', api, say.login),
    { why: say.header, args: ['header', 'eye'] },
    {
      why: say.refresh,
      args: ['refresh', 'eye'],
    },
    {
      why: say.revoke,
      args: ['revoke', 'some-token', '-P', 'eye'],
      status: 5,
    },
  ]
}

function mcsSteps(api: SandboxedApi): readonly DemoStep[] {
  const say = words.demo.mcs
  return [
    login('vis', api, say.login),
    { why: say.header, args: ['header', 'vis', '-o', 'query'] },
    { why: say.refresh, args: ['refresh', 'vis'] },
    { why: say.info, args: ['info', 'vis'] },
  ]
}

function rightechSteps(api: SandboxedApi): readonly DemoStep[] {
  const say = words.demo.rightech
  const scopes = ['GET /objects', 'GET /tokens', 'POST /tokens', 'DELETE /tokens/:id']
  const flags = scopes.flatMap((scope) => ['--scope', scope])
  return [
    login('iot', api, say.login, ['--expires-in', '90 days', ...flags]),
    {
      why: say.issue,
      args: ['issue', 'iot', '--name', 'ci', '--scope', 'GET /objects', '--expires-in', '7 days'],
    },
    { why: say.list, args: ['list', 'iot'] },
    { why: say.revoke, args: ['revoke', 'ci', '-P', 'iot'] },
    {
      why: say.refresh,
      args: ['refresh', 'iot'],
    },
    { why: say.local, args: ['list', '--local'] },
    { why: say.logout, args: ['logout', '--all', '--yes'] },
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
    Object.entries(api.credentials).map(([name, value]) => [variableOf(name), value]),
  )
}
