import { createRequire } from 'node:module'
import type * as app from './en/app.ts'
import type * as core from './en/core.ts'
import type * as network from './en/network.ts'
import type * as files from './en/files.ts'
import type * as terminal from './en/terminal.ts'
import type * as processes from './en/processes.ts'
import type * as stores from './en/stores.ts'
import type * as definitions from './en/definitions.ts'
import type * as requests from './en/requests.ts'
import type * as replies from './en/replies.ts'
import type * as oauth from './en/oauth.ts'
import type * as oauthLogin from './en/oauth-login.ts'
import type * as session from './en/session.ts'
import type * as logout from './en/logout.ts'
import type * as plans from './en/plans.ts'
import type * as providerTest from './en/provider-test.ts'
import type * as refresh from './en/refresh.ts'
import type * as login from './en/login.ts'
import type * as tokens from './en/tokens.ts'
import type * as commands from './en/commands.ts'
import type * as check from './en/check.ts'
import type * as curl from './en/curl.ts'
import type * as reports from './en/reports.ts'
import type * as loginFlags from './en/login-flags.ts'
import type * as newProvider from './en/new-provider.ts'
import type * as demo from './en/demo.ts'
import type * as flags from './en/flags.ts'
import type * as help from './en/help.ts'
import type * as doctor from './en/doctor.ts'
import type * as times from './en/times.ts'
import type * as unfinished from './en/unfinished.ts'

// Not `import()`: an error is made where nothing can be waited for. Not loaded until somebody has to
// be told something: a command that has nothing to say pays for none of it.
const load = createRequire(import.meta.url)

const language = 'en'

const known: Record<string, unknown> = {}

/** The texts of one area. */
function area(name: string): unknown {
  return (known[name] ??= load(`../messages/${language}/${name}.cjs`))
}

/** Gives the texts where there is no build to load them from. */
export function provideTexts(areas: Readonly<Record<string, unknown>>): void {
  Object.assign(known, areas)
}

/**
 * What users read, by area, as functions of the values in it. What a failure says is its sentence
 * or, with what to do next, a `Said`.
 */
export const words = {
  get app() {
    return area('app') as typeof app
  },
  get core() {
    return area('core') as typeof core
  },
  get network() {
    return area('network') as typeof network
  },
  get files() {
    return area('files') as typeof files
  },
  get terminal() {
    return area('terminal') as typeof terminal
  },
  get processes() {
    return area('processes') as typeof processes
  },
  get stores() {
    return area('stores') as typeof stores
  },
  get definitions() {
    return area('definitions') as typeof definitions
  },
  get requests() {
    return area('requests') as typeof requests
  },
  get replies() {
    return area('replies') as typeof replies
  },
  get oauth() {
    return area('oauth') as typeof oauth
  },
  get oauthLogin() {
    return area('oauth-login') as typeof oauthLogin
  },
  get session() {
    return area('session') as typeof session
  },
  get refresh() {
    return area('refresh') as typeof refresh
  },
  get logout() {
    return area('logout') as typeof logout
  },
  get plans() {
    return area('plans') as typeof plans
  },
  get providerTest() {
    return area('provider-test') as typeof providerTest
  },
  get login() {
    return area('login') as typeof login
  },
  get tokens() {
    return area('tokens') as typeof tokens
  },
  get commands() {
    return area('commands') as typeof commands
  },
  get check() {
    return area('check') as typeof check
  },
  get reports() {
    return area('reports') as typeof reports
  },
  get loginFlags() {
    return area('login-flags') as typeof loginFlags
  },
  get newProvider() {
    return area('new-provider') as typeof newProvider
  },
  get demo() {
    return area('demo') as typeof demo
  },
  get curl() {
    return area('curl') as typeof curl
  },
  get flags() {
    return area('flags') as typeof flags
  },
  get help() {
    return area('help') as typeof help
  },
  get doctor() {
    return area('doctor') as typeof doctor
  },
  get times() {
    return area('times') as typeof times
  },
  get unfinished() {
    return area('unfinished') as typeof unfinished
  },
}
