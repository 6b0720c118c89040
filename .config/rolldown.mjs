import { builtinModules } from 'node:module'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { completionTable } from './completion-table.mjs'
import { keepCode } from './kept-code.mjs'
import { plainExports } from './plain-exports.mjs'
import { loadSeldom } from './load-seldom.mjs'
import { trimPackages } from './trimmed-packages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = resolve(root, 'dist')
rmSync(dist, { recursive: true, force: true })

/** The files that `entry` needs before its first line runs. */
function loadedWith(entry, known = new Set()) {
  const file = resolve(root, entry)
  if (known.has(file) || !existsSync(file)) return known
  known.add(file)
  const source = readFileSync(file, 'utf8')
  const imports = source.matchAll(/^(?:import|export)\s+(?!type\b)[^'"]*?from\s+'(\.[^']+)'/gm)
  for (const [, path] of imports) loadedWith(resolve(dirname(file), path), known)
  return known
}

const [core, session] = ['src/core', 'src/session'].map((path) => resolve(root, path))
// What an agent answers goes through these alone.
const atEntry = loadedWith('src/entry.ts')
const agentWire = loadedWith('src/io/agent/exchange.ts')
const atStart = loadedWith('src/main.ts')
const fileStore = loadedWith('src/stores/file.ts')
const keychain = loadedWith('src/stores/keychain.ts')
// What runs a program of the user's; what a request by curl takes besides; and what such a request has
// in common with our own.
const exec = ['commands/exec', 'app/child-uses', 'io/process/child']
  .map((name) => `src/${name}.ts`)
  .reduce((files, entry) => loadedWith(entry, files), new Set())
const agentClient = loadedWith('src/app/agent-port.ts', loadedWith('src/app/agent-session.ts'))
const requests = loadedWith('src/providers/call-refusals.ts', loadedWith('src/io/http/proxy.ts'))
const env = loadedWith('src/commands/env.ts')
const curl = ['commands/curl', 'io/http/route', 'io/process/checked-child', 'io/process/told-child']
  .map((name) => `src/${name}.ts`)
  .reduce((files, entry) => loadedWith(entry, files), new Set())
// With what both stores need, so that neither brings the other along; and so for what every request
// needs and much else.
const shared = (id) =>
  (fileStore.has(id) && keychain.has(id)) || (requests.has(id) && id.startsWith(core))

// What is imported by what every start has, and called by no command that hands out a good token.
const seldom = new Set(
  [
    ...[
      'app/complete-hint',
      'app/passphrase',
      'app/pending-refreshes',
      'app/report',
      'app/usual-route',
      'commands/output/dry-run',
    ],
    ...['core/giving', 'core/json-text', 'core/jwt', 'core/limit', 'core/secret-entities'],
    ...['core/secret-eraser', 'core/secret-forms', 'core/text', 'io/files/definitions'],
    ...['io/files/index-file', 'io/files/index-summary', 'io/files/whole-write'],
    ...[
      'io/process/ci-job',
      'io/process/requester',
      'io/profiles/write-derived',
      'session/standing',
      'session/with-lock',
    ],
  ].map((name) => resolve(root, `src/${name}.ts`)),
)

// What a login and a refresh run through, by what is needed together: each file that is loaded takes
// a hundredth of a bare start, and left to itself the bundler makes fifty of them.
const together = Object.entries({
  http: ['app/open-http'],
  provider: ['providers/catalog', 'app/provider-summaries'],
  login: ['login/login', 'login/login-from-environment', 'environment-session'].map(
    (name) => `session/${name}`,
  ),
  asking: ['session/refresh-session', 'session/refresh/in-turn', 'app/start-refresher'],
  lock: ['io/files/turn', 'io/files/user-lock', 'io/files/journal', 'app/routed'],
  refresh: ['app/serve-refresher', 'stores/seal'],
  redis: ['stores/redis/engine'],
  postgres: ['stores/postgres/engine'],
  etcd: ['stores/etcd/engine'],
}).map(([name, entries]) => {
  const files = entries.flatMap((entry) => [...loadedWith(`src/${entry}.ts`)])
  return { name, files: new Set(files) }
})
// What a good token of a store for many machines takes, and no other.
const inShared = ['app/look-in-force', 'app/shared-ports', 'stores/patience']
  .map((name) => `src/${name}.ts`)
  .reduce((files, entry) => loadedWith(entry, files), new Set())
const isOfShared =
  /[\\/]stores[\\/](?:shared[\\/]|engines|patience)|[\\/]app[\\/](?:(?:look-)?in-force|left-here|shared-|store-variables)|[\\/]core[\\/]store-url/
// And of that, what such a token does not come to: see `seldom`.
const seldomShared =
  /[\\/](?:stores[\\/]shared[\\/](?:birth|doubt|fleet|holder|journal|journal-aside|journal-clock|journal-content|jwe-sealing|keys-document|lease|ledger|lock|profile-text|reseal|wait-for-lease)|core[\\/](?:reader-refusal|strange-store-url))\.ts$/
const seldomRedis = /[\\/]stores[\\/]redis[\\/](?:leases|wishes|write-rows)\.ts$/
// What a few lines say to rooms that have nothing else in common.
const small = /[\\/]core[\\/]taken-passwords\.ts$/
const ofKeys = /[\\/]stores[\\/]former-keys\.ts$/
// And the packages that are needed with some of that alone.
const packages = {
  redis: /node_modules[\\/](?:ioredis|redis-errors)[\\/]/,
  postgres: /node_modules[\\/](?:pg|pg-protocol)[\\/]/,
}
// What ends the session that a login replaces: a job that logs in by its variables has none.
const loginCommand = loadedWith('src/commands/login.ts')
const often = (id) => together.filter(({ files }) => files.has(id)).length > 1

// The licences of what is bundled ask to be passed on with it.
const withLicences = {
  name: 'licences',
  generateBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((chunk) => chunk.moduleIds ?? [])
    const packages = new Map(modules.flatMap((id) => packageOf(id) ?? []))
    const texts = [...packages.keys()].sort().map((name) => `${name}\n\n${packages.get(name)}`)
    this.emitFile({
      type: 'asset',
      fileName: 'LICENCES.txt',
      source: texts.join(`\n\n${'-'.repeat(72)}\n\n`),
    })
  },
}

/** Name and version of the package that a module belongs to, with its licence text. */
function packageOf(id) {
  const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0]
  if (folder === undefined) return undefined
  const { name, version, license } = JSON.parse(
    readFileSync(resolve(folder, 'package.json'), 'utf8'),
  )
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  const text =
    file === undefined ? `Licence: ${license}` : readFileSync(resolve(folder, file), 'utf8')
  return [[`${name} ${version}`, text.trim()]]
}

/** What users read, one file per area and language: loaded when somebody has to be told something. */
function texts() {
  const files = readdirSync(resolve(root, 'src/messages'), { recursive: true, encoding: 'utf8' })
  const areas = files.filter((name) => /^[a-z]+[\\/][a-z-]+\.ts$/.test(name))
  return Object.fromEntries(
    areas.map((name) => [
      `messages/${name.replace(/\\/g, '/').replace(/\.ts$/, '')}`,
      resolve(root, 'src/messages', name),
    ]),
  )
}

// CommonJS because an ESM entry costs a fifth of a bare start; chunks because only what a command
// needs may load; one chunk for what every start needs, because each file costs too; unminified
// because that makes no difference and keeps stack traces.
export default {
  input: {
    'chunks/entry': resolve(root, 'src/entry.ts'),
    'compile-cache': resolve(root, 'src/io/process/compile-cache.ts'),
    completion: resolve(root, 'src/app/completion.ts'),
    'completion-table': resolve(root, 'src/app/completion-table.ts'),
    ...texts(),
  },
  platform: 'node',
  moduleTypes: { '.bash': 'text', '.zsh': 'text', '.fish': 'text', '.ps1': 'text' },
  preserveEntrySignatures: 'allow-extension',
  plugins: [trimPackages(), loadSeldom, plainExports, withLicences, completionTable, keepCode],
  logLevel: 'warn',
  // keytar finds its prebuilt binary relative to itself, so it cannot move into a bundle.
  external: ['keytar', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
  output: {
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name].cjs',
    minify: false,
    comments: { legal: true, annotation: true, jsdoc: false },
    exports: 'named',
    codeSplitting: {
      groups: [
        {
          name: 'seldom',
          priority: 6,
          includeDependenciesRecursively: false,
          test: (id) => seldom.has(id),
        },
        {
          name: 'seldom-shared',
          priority: 6,
          includeDependenciesRecursively: false,
          test: (id) => seldomShared.test(id),
        },
        {
          name: 'seldom-redis',
          priority: 6,
          includeDependenciesRecursively: false,
          test: (id) => seldomRedis.test(id),
        },
        {
          name: 'shared',
          priority: 6,
          includeDependenciesRecursively: false,
          test: (id) => inShared.has(id) && isOfShared.test(id) && !seldomShared.test(id),
        },
        // What is said where nothing is printed: what is seldom called otherwise does without it.
        {
          name: 'excuses',
          priority: 6,
          includeDependenciesRecursively: false,
          test: /[\\/](?:output[\\/]refusals|app[\\/]explain)\.ts$/,
        },
        // What the command tree is made of, and what only the flags of login need besides.
        {
          name: 'declared',
          priority: 6,
          includeDependenciesRecursively: false,
          test: /[\\/]commands[\\/]flags[\\/](?:declare|every|oauth-table|store-table)\.ts$/,
        },
        // What reads the flags of login.
        {
          name: 'login-flags',
          priority: 6,
          includeDependenciesRecursively: false,
          test: /[\\/]commands[\\/]flags[\\/](?:login|read-login|oauth|grant|grant-variables|pairs)\.ts$/,
        },
        { name: 'entry', priority: 5, test: (id) => atEntry.has(id) },
        { name: 'agent-wire', priority: 4, test: (id) => agentWire.has(id) },
        {
          name: 'start',
          priority: 3,
          test: (id) => atStart.has(id) || shared(id) || small.test(id),
        },
        { name: 'file-store', priority: 2, test: (id) => fileStore.has(id) || ofKeys.test(id) },
        { name: 'keychain', priority: 1, test: (id) => keychain.has(id) },
        { name: 'exec', priority: 1, test: (id) => exec.has(id) },
        { name: 'fields', priority: 1, test: /[\\/]output[\\/](?:fields|shapes)\.ts$/ },
        { name: 'env', priority: 1, test: (id) => env.has(id) },
        { name: 'agent-client', priority: 1, test: (id) => agentClient.has(id) },
        { name: 'requests', priority: 1, test: (id) => requests.has(id) },
        { name: 'curl', priority: 1, test: (id) => curl.has(id) && !id.startsWith(session) },
        { name: 'often', test: often },
        { name: 'undici', test: /[\\/]undici[\\/]lib[\\/]/ },
        ...together.map(({ name, files }) => ({
          name,
          test: (id) => files.has(id) || packages[name]?.test(id) === true,
        })),
        { name: 'replaced', test: (id) => loginCommand.has(id) && id.startsWith(session) },
        {
          name: 'login-command',
          test: (id) => loginCommand.has(id) && /[\\/]commands[\\/]login(?:\.ts|[\\/])/.test(id),
        },
      ],
    },
  },
}
