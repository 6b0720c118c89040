import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { makeHome, type Environment, type Home } from '../../support/home.ts'
import { startCommand, type Ended, type RunOptions } from '../../support/run.ts'
import { hasTerminal, type Terminal } from '../../support/terminal.ts'
import { hasBrowser, launchBrowser } from '../browser.ts'
import { Newcomer } from './attempts.ts'
import { hasServer, startNpmServer, type NpmServer } from './npm-server.ts'
import { logInWith } from './person.ts'

/** One server, and before each test a home where nothing was ever done. */
export interface Visit {
  readonly server: NpmServer
  readonly newcomer: Newcomer
  /** Through a shell, so that it may have another clock. */
  tokn(args: readonly string[], env?: Environment): Promise<Ended>
  /** Logs in without anybody, and expects that it succeeds in the end. */
  expectLogin(words: readonly string[], options?: Partial<RunOptions>): Promise<void>
  /** Logs in by `words` and a real browser, and answers what is asked in the terminal `afterwards`. */
  expectLoginByPage(
    words: readonly string[],
    afterwards?: (terminal: Terminal) => Promise<void>,
  ): Promise<void>
  /** As `expectLoginByPage`, with a code for another device, where the page tells `answer`. */
  expectLoginByDevice(words: readonly string[], answer: string): Promise<void>
  countRefreshes(): Promise<number>
  /** Somebody else, in another home. */
  renew(): void
  /** The home as it is now, on another machine. */
  copyHome(): Home
}

/** Whether everything is there that a visit to the server of these packages takes. */
export function canVisit(...packages: readonly string[]): boolean {
  return [hasServer(...packages), hasTerminal(), hasBrowser()].every(Boolean)
}

/** For the tests of a suite: starts `script` and a browser before them, and ends both after them. */
export function visitServer(
  script: string,
  environment: () => Promise<Environment> = async () => ({}),
): Visit {
  let server: NpmServer
  let browser: Browser | undefined
  let newcomer: Newcomer
  beforeAll(async () => {
    server = await startNpmServer(script, await environment())
    browser = await launchBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })
  beforeEach((context) => {
    context.skip(browser === undefined)
    newcomer = new Newcomer(makeHome())
  })
  const copies: Home[] = []
  const leave = () => {
    newcomer?.home.remove()
    for (const copy of copies.splice(0)) copy.remove()
  }
  afterEach(leave)
  return {
    get server() {
      return server
    },
    get newcomer() {
      return newcomer
    },
    copyHome: () => {
      const { path, environment } = newcomer.home
      const copy = makeHome()
      copies.push(copy)
      for (const part of ['config', 'state', 'data']) {
        cpSync(join(path, part), join(copy.path, part), { recursive: true })
      }
      const key = { TOKN_STORE_KEY: environment['TOKN_STORE_KEY'] }
      return { ...copy, environment: { ...copy.environment, ...key } }
    },
    renew: () => {
      leave()
      newcomer = new Newcomer(makeHome())
    },
    tokn: (args, env = {}) => startCommand(['tokn', ...args], { home: newcomer.home, env }).ended,
    expectLogin: async (words, options = {}) => {
      const { status, out, err } = await newcomer.logIn(words, options)
      expect({ status, out }, err).toEqual({ status: 0, out: '' })
    },
    expectLoginByPage: async (words, afterwards) => {
      const terminal = newcomer.logInAtTerminal([...words, '--no-browser'])
      const [, url = ''] = await terminal.until(/^(http:\S+)$/m)
      expect(await logInWith(browser!, url)).toContain('You can close this page')
      await afterwards?.(terminal)
      await newcomer.expectSuccess(terminal)
    },
    expectLoginByDevice: async (words, answer) => {
      const terminal = newcomer.logInAtTerminal([...words, '--flow', 'device'])
      const [, page = '', code = ''] = await terminal.until(/^Open (\S+) .* the code (\S+)$/m)
      expect(await logInWith(browser!, page, code)).toContain(answer)
      await newcomer.expectSuccess(terminal)
    },
    countRefreshes: async () => {
      const asked = await server.asked()
      return asked.filter(({ grant }) => grant === 'refresh_token').length
    },
  }
}
