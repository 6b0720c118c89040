import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as modules from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findTexts, listFiles } from '../support/files.ts'
import { makeHome, program, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { newerNode } from '../support/probes.ts'
import { run, startCommand } from '../support/run.ts'

const { enableCompileCache } = modules as { readonly enableCompileCache?: unknown }
const recorder = join(import.meta.dirname, '../support/record-compile-cache.cjs')
const secret = 'canary-4f1c99'

let home: Home
beforeEach(() => {
  home = makeHome()
})
afterEach(() => home.remove())

const token = { TOKN_TOKEN: secret }
const folder = () => join(home.path, 'cache', 'tokn', 'compiled')

describe('compiled code', () => {
  test('is nothing to a Node that cannot keep it', async () => {
    expect(await run(['token'], { home, env: token })).toMatchObject({ status: 0 })
    const kept = listFiles(home.path).filter((path) => path.startsWith(folder()))
    expect(kept.length > 0).toBe(enableCompileCache !== undefined)
  })
})

describe.skipIf(!requirePart('node 22'))('with Node 22', () => {
  const runNewer = async (args: readonly string[], env = {}) =>
    await startCommand([newerNode, program, ...args], { home, env: { ...token, ...env } }).ended

  /** What Node is told. */
  async function told(env = {}): Promise<string> {
    const file = join(home.path, 'told')
    writeFileSync(file, '')
    const options = { home, env: { ...token, CACHE_FILE: file, ...env } }
    const line = [newerNode, '--require', recorder, program, 'token']
    expect(await startCommand(line, options).ended).toEqual({
      status: 0,
      out: `${secret}\n`,
      err: '',
    })
    return readFileSync(file, 'utf8')
  }

  test('compiled code is kept in a folder of the user’s own, or nowhere', async () => {
    expect(await told()).toBe(`${folder()}\n`)
    chmodSync(folder(), 0o777)
    expect(await told()).toBe('')
    expect(await told({ XDG_CACHE_HOME: '', HOME: '' })).toBe('')
    expect(await told({ XDG_CACHE_HOME: undefined, HOME: '/nonexistent' })).toBe('')
    expect(await told({ XDG_CACHE_HOME: '/dev/null' })).toBe('')
  })

  test('compiled code is kept, and holds nothing that is secret', async () => {
    for (let turn = 0; turn < 2; turn++) {
      expect(await runNewer(['token'])).toEqual({ status: 0, out: `${secret}\n`, err: '' })
    }
    expect(listFiles(folder()).length).toBeGreaterThan(0)
    expect(findTexts(folder(), [secret])).toEqual([])
    const { out } = await runNewer(['uninstall', '--list'])
    expect(out).toMatch(new RegExp(`^compiled code of tokn +.* ${folder()}$`, 'm'))
  })

  test('no command fails for what is in its place, or for what is damaged in it', async () => {
    expect(await runNewer(['token'])).toMatchObject({ status: 0 })
    for (const path of listFiles(folder())) writeFileSync(path, 'no code of ours')
    expect(await runNewer(['token'])).toEqual({ status: 0, out: `${secret}\n`, err: '' })
    const closed = join(home.path, 'closed')
    mkdirSync(closed, { mode: 0o500 })
    writeFileSync(join(home.path, 'file'), '')
    for (const XDG_CACHE_HOME of [closed, join(home.path, 'file'), '/proc', '/dev/full']) {
      const ended = await runNewer(['token'], { XDG_CACHE_HOME })
      expect(ended).toEqual({ status: 0, out: `${secret}\n`, err: '' })
    }
  })
})
