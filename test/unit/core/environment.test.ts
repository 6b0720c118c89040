import { describe, expect, it } from 'vitest'
import { environmentOfPrograms } from '../../../src/core/child-environment.ts'
import { takePassword } from '../../../src/core/taken-passwords.ts'
import {
  environmentOfOthers,
  environmentOfOwnChildren,
  ownVariables,
} from '../../../src/core/environment.ts'

const needed =
  `PATH HOME USER LANG LC_ALL LC_TIME TZ TMPDIR XDG_RUNTIME_DIR XDG_DATA_HOME XDG_DATA_DIRS
  DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY SSH_ASKPASS NODE_EXTRA_CA_CERTS NODE_PATH SSL_CERT_FILE
  NODE_TLS_REJECT_UNAUTHORIZED LD_PRELOAD LD_LIBRARY_PATH NSS_WRAPPER_PASSWD FAKETIME SystemRoot
  APPDATA LocalAppData USERPROFILE TEMP Path`.split(/\s+/)
const switches = `NODE_OPTIONS NODE_DEBUG NODE_DEBUG_NATIVE NODE_V8_COVERAGE NODE_REDIRECT_WARNINGS
  NODE_COMPILE_CACHE NODE_REPL_HISTORY DEBUG G_MESSAGES_DEBUG G_DBUS_DEBUG G_DEBUG SSLKEYLOGFILE LD_DEBUG
  LD_AUDIT MALLOC_TRACE UV_THREADPOOL_SIZE SECRET_FILE_TEST_PASSWORD`.split(/\s+/)
const foreign = `AWS_SECRET_ACCESS_KEY GITHUB_TOKEN DATABASE_URL PGAPPNAME NPM_TOKEN SSH_AUTH_SOCK
  HOMEBREW_GITHUB_API_TOKEN MY_PATH PATHS`.split(/\s+/)
const ours =
  `TOKN_STORE_KEY TOKN_PASSWORD TOKN_CONFIG_DIR TOKN_TOKEN TOKN_WEB_TOKEN https_proxy HTTPS_PROXY
  no_proxy ALL_PROXY ACTIONS_ID_TOKEN_REQUEST_TOKEN ACTIONS_ID_TOKEN_REQUEST_URL PGPASSWORD PGHOST REDISCLI_AUTH`.split(
    /\s+/,
  )

const all = Object.fromEntries(
  [...needed, ...switches, ...foreign, ...ours].map((name) => [name, `of ${name}`]),
)

describe('the environment', () => {
  it('of a child of our own has what it needs, and nothing else', () => {
    expect(Object.keys(environmentOfOwnChildren(all)).toSorted()).toEqual(needed.toSorted())
  })

  it('that goes by a pipe is what we read ourselves', () => {
    expect(Object.keys(ownVariables(all)).toSorted()).toEqual(ours.toSorted())
    expect(ownVariables({ TOKN_TOKEN: 'a', TOKN_STORE: undefined })).toEqual({ TOKN_TOKEN: 'a' })
  })

  it.each(ours.filter((name) => /^TOKN_(?!CONFIG_DIR)/.test(name)))(
    'of no program of the user’s has %s',
    (name) => {
      expect(environmentOfPrograms(all)).not.toHaveProperty(name)
      expect(environmentOfOthers(all)).not.toHaveProperty(name)
    },
  )

  it('of a program of the user’s is otherwise the user’s', () => {
    expect(environmentOfPrograms(all)).toMatchObject({
      AWS_SECRET_ACCESS_KEY: 'of AWS_SECRET_ACCESS_KEY',
      NODE_OPTIONS: 'of NODE_OPTIONS',
      PGPASSWORD: 'of PGPASSWORD',
      TOKN_CONFIG_DIR: 'of TOKN_CONFIG_DIR',
    })
  })

  it('of no program has the password of our store, whichever variable gave it', () => {
    const others = { PATH: '/bin', PGPASSWORD: 'a', REDISCLI_AUTH: 'b', PGPASSFILE: '/c' }
    const kept = (url?: string) =>
      Object.keys(environmentOfPrograms({ ...others, TOKN_STORE_URL: url })).join(' ')
    expect(kept()).toBe('PATH PGPASSWORD REDISCLI_AUTH PGPASSFILE')
    expect(kept('postgresql://db.example/tokn')).toBe('PATH REDISCLI_AUTH PGPASSFILE')
    expect(kept('rediss://db.example')).toBe('PATH PGPASSWORD PGPASSFILE')
    const from = (store: string) => Object.keys(environmentOfPrograms(others, [store])).join(' ')
    expect(from('postgres')).toBe('PATH REDISCLI_AUTH PGPASSFILE')
    expect(from('redis')).toBe('PATH PGPASSWORD PGPASSFILE')
    expect(from('file')).toBe('PATH PGPASSWORD REDISCLI_AUTH PGPASSFILE')
    // Where no variable names the store, a profile may.
    expect(takePassword(others, 'REDISCLI_AUTH')).toBe('b')
    expect(kept()).toBe('PATH PGPASSWORD PGPASSFILE')
  })

  it.each([
    'GITHUB_TOKEN',
    'AWS_SECRET_ACCESS_KEY',
    'PGPASSWORD',
    'REDISCLI_AUTH',
    'NODE_OPTIONS',
    'SSLKEYLOGFILE',
  ])('of a browser has no %s', (name) => {
    expect(environmentOfOthers(all)).not.toHaveProperty(name)
    expect(environmentOfOthers(all)).toMatchObject({ DISPLAY: 'of DISPLAY', PATH: 'of PATH' })
  })
})
