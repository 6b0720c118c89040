import { readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startEngine, type EngineName, type EngineServer } from '../support/engines.ts'
import { makeHome, program, type Home } from '../support/home.ts'
import { takesKeptCode } from '../support/kept-code.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'

const recorder = join(import.meta.dirname, '../support/record-loads.cjs')
const dist = join(program, '../../dist')

/** At most so many files and bytes of ours, for a token that is good. */
const bounds: Readonly<Record<EngineName, { readonly files: number; readonly bytes: number }>> = {
  redis: { files: 6, bytes: 292_000 },
  postgres: { files: 6, bytes: 350_000 },
  etcd: { files: 9, bytes: 364_000 },
}

let server: EngineServer
let home: Home
let servers: Servers

beforeEach(async () => {
  home = makeHome()
  servers = await startServers(['hosterby'])
})

afterEach(async () => {
  home.remove()
  await servers.close()
  await server?.close()
})

describe('a good token of a store that many machines share is handed out by little', () => {
  for (const [name, { files, bytes }] of Object.entries(bounds) as [
    EngineName,
    (typeof bounds)[EngineName],
  ][]) {
    test.skipIf(!requirePart(name))(`from ${name}`, async () => {
      server = await startEngine(name)
      const env = { TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_PROFILE: 'web' }
      const api = servers.api('hosterby')
      const line = ['login', 'web', ...addressOf(api), '--quiet']
      const login = await run(line, { home, env: { ...env, ...credentialsOf(api) } })
      expect(login, login.err).toMatchObject({ status: 0 })
      const target = join(home.path, 'loads.json')
      const node = ['--require', recorder]
      const ended = await run(['token'], { home, env: { ...env, LOADS_FILE: target }, node })
      expect(ended, ended.err).toMatchObject({ status: 0, err: '' })
      const loaded = JSON.parse(readFileSync(target, 'utf8')) as Readonly<
        Record<'files' | 'connections' | 'within' | 'kept', readonly string[]>
      >
      const ours = loaded.files.filter((path) => path.startsWith(dist))
      expect(ours.length, ours.map((path) => basename(path)).join(' ')).toBeLessThanOrEqual(files)
      expect(ours.reduce((all, path) => all + statSync(path).size, 0)).toBeLessThanOrEqual(bytes)
      for (const path of ours) expect(readFileSync(path, 'utf8'), path).toMatch(/^[\0-\x7f]*$/)
      // Nothing of it is compiled: that would be half of what such a token costs.
      if (takesKeptCode) expect(loaded.kept.toSorted()).toEqual(ours.toSorted())
      // No texts, since nobody is told anything; neither locks nor journals, since nothing is begun.
      const seldom = /messages|(?:seldom|seldom-shared|seldom-redis|lock|refresh|often)\.cjs$/
      expect(ours.filter((path) => seldom.test(path))).toEqual([])
      // A machine that is very slow asks etcd once more.
      expect(new Set(loaded.connections).size).toBe(1)
      const heavy = loaded.within.filter((one) => /\b(?:tls|http|dns|v8|zlib|worker)$/.test(one))
      expect(heavy).toEqual([])
      // Who asks for a new one loads more, and of the other engines nothing.
      const force = ['token', '--refresh', 'force']
      const renewed = await run(force, { home, env: { ...env, LOADS_FILE: target }, node })
      expect(renewed, renewed.err).toMatchObject({ status: 0 })
      const { files: more } = JSON.parse(readFileSync(target, 'utf8')) as typeof loaded
      const engines = Object.keys(bounds).filter((one) =>
        more.some((path) => path.startsWith(dist) && basename(path).includes(one)),
      )
      expect(engines).toEqual([name])
    })
  }
})
