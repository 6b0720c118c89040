import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RequestLogEntry } from '../../../src/sandbox/http.ts'
import type { SandboxApi, SandboxName, SandboxOptions } from '../../../src/sandbox/server.ts'
import { makeHome, type Environment, type Home } from '../../support/home.ts'
import { requirePart } from '../../support/parts.ts'
import { run } from '../../support/run.ts'
import { addressOf, startServers, type Servers } from '../../support/servers.ts'
import { readWords } from '../words.ts'
import { fill, learn, runLine, send, type Known } from './exchange.ts'

/** A line of a vendor's document, as a request that the document shows or describes. */
export interface Example {
  /** The name of the test; docs/vendors.md has a row with it. */
  readonly line: string
  readonly before?: (api: SandboxApi) => unknown
  /** Request line, headers, an empty line and the body; `{{name}}` is filled in, as Postman does. */
  readonly send?: string
  /** Or a line for the shell, as the document has it. */
  readonly shell?: string
  /** Which host it goes to, where the document knows two. */
  readonly host?: 'api'
  readonly status: number
  /** What the answer holds at least. */
  readonly reply?: object
  /** The answer's values are known as `{{name.key}}` from here on. */
  readonly as?: string
}

/** The same with `tokn` in its place. */
export interface Deed {
  readonly line: string
  readonly before?: (api: SandboxApi) => unknown
  /** Words behind `tokn`; those with blanks stand in single quotes. */
  readonly tokn: string
  readonly env?: Environment
  readonly input?: string
  readonly exit?: number
  readonly out?: RegExp
  /** What standard output holds at least, as JSON. */
  readonly json?: object
  readonly err?: readonly RegExp[]
  /** Every request that the server sees; each holds at least this. */
  readonly sees?: readonly unknown[]
  /** They may come in any order; `sees` is in that of the alphabet. */
  readonly anyOrder?: true
}

/** Sends every example to one fake API, in the order of the document. */
export function examplesOf(
  name: SandboxName,
  examples: readonly Example[],
  options: SandboxOptions = {},
): void {
  describe.skipIf(!requirePart('curl'))('the requests of the document, sent to the sandbox', () => {
    const known: Known = new Map()
    const scene = openScene(name, options, (api) => learnPlace(known, api))

    test.each(examples)('$line', async (example) => {
      const { api, home } = scene()
      await example.before?.(api)
      const { baseUrl, apiUrl = baseUrl } = api
      const host = example.host === 'api' ? apiUrl : baseUrl
      const { shell, send: request = '' } = example
      const answer =
        shell === undefined
          ? await send(host, fill(request, known))
          : await runLine(fill(shell, known), home)
      expect(answer.status, answer.text).toBe(example.status)
      if (example.reply !== undefined) {
        expect(answer.json).toMatchObject(fill<object>(example.reply, known))
      }
      learnTokens(known, api)
      learn(known, answer.json)
      learn(known, api.credentials)
      if (example.as !== undefined) learn(known, answer.json, example.as)
    })
  })
}

interface Scene {
  readonly home: Home
  readonly api: SandboxApi
}

/** A user's home and one fake API, there before the first test and gone after the last. */
function openScene(
  name: SandboxName,
  options: SandboxOptions,
  begin: (api: SandboxApi) => void,
): () => Scene {
  let home: Home
  let servers: Servers
  beforeAll(async () => {
    home = makeHome()
    servers = await startServers([name], options)
    begin(servers.api(name))
  })
  afterAll(async () => {
    await servers.close()
    home.remove()
  })
  return () => ({ home, api: servers.api(name) })
}

function learnPlace(
  known: Known,
  { baseUrl, apiUrl = baseUrl, credentials, secondAccount = {}, serviceAccount = {} }: SandboxApi,
): void {
  learn(known, { host: baseUrl, api: apiUrl })
  learn(known, credentials)
  learn(known, secondAccount, 'second')
  learn(known, serviceAccount, 'service')
}

/** Runs every deed with the real program, in the order of the document, in one home. */
export function deedsOf(
  name: SandboxName,
  deeds: readonly Deed[],
  options: SandboxOptions = {},
): void {
  describe.skipIf(!requirePart('curl'))('the same with tokn', () => {
    const known: Known = new Map()
    const scene = openScene(name, options, (api) => {
      learn(known, { address: addressOf(api).join(' '), resource: api.resource.url })
      learn(known, { own: api.ownResource?.url })
      learnPlace(known, api)
    })

    test.each(deeds)('$line', async (deed) => {
      const { api, home } = scene()
      await deed.before?.(api)
      const seen = api.log.length
      const env = fill(deed.env ?? {}, known)
      const input = deed.input === undefined ? undefined : fill(deed.input, known)
      const words = readWords(fill(deed.tokn, known))
      const ended = await run(words, { home, env, input })
      expect(ended, ended.err).toMatchObject({ status: deed.exit ?? 0 })
      if (ended.status !== 0) expect(ended.out).toBe('')
      if (deed.out !== undefined) expect(ended.out).toMatch(pattern(deed.out, known))
      if (deed.json !== undefined) {
        expect(JSON.parse(ended.out)).toMatchObject(fill(deed.json, known))
      }
      for (const one of deed.err ?? []) expect(ended.err).toMatch(pattern(one, known))
      if (deed.sees !== undefined) {
        const requests = api.log.slice(seen).map(asSeen)
        const ordered = deed.anyOrder ? requests.toSorted(byRequest) : requests
        expect(ordered).toMatchObject(fill(deed.sees, known))
      }
      learnTokens(known, api)
    })
  })
}

/** `{{access}}` and `{{refresh}}` are of the newest token; with `old.` before them, of the one before. */
function learnTokens(known: Known, api: SandboxApi): void {
  const [newest, old] = api.state.tokens.toReversed()
  learn(known, old, 'old')
  learn(known, newest)
}

function pattern({ source, flags }: RegExp, known: Known): RegExp {
  return new RegExp(fill(source, known), flags)
}

function byRequest(one: { readonly request: string }, other: { readonly request: string }): number {
  return one.request.localeCompare(other.request)
}

function asSeen({ method, path, headers, query, body }: RequestLogEntry) {
  return {
    request: `${method} ${path}`,
    headers: Object.fromEntries(headers),
    query,
    body: /^[[{]/.test(body) ? (JSON.parse(body) as unknown) : body,
  }
}
