import { builtinModules } from 'node:module'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

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

const atStart = loadedWith('src/main.ts')
const fileStore = loadedWith('src/stores/file.ts')
const keychain = loadedWith('src/stores/keychain.ts')
const shared = (id) => fileStore.has(id) && keychain.has(id)

// commander can run subcommands that are programs of their own. Ours are not, and loading what that
// takes (child_process, and with it net and streams) is a tenth of the time of `tokn --help`.
const withoutPrograms = {
  name: 'commander-without-programs',
  transform: {
    filter: { id: /commander[\\/]lib[\\/]command\.js$/ },
    handler(code) {
      const eager = "require('node:child_process')"
      if (!code.includes(`const childProcess = ${eager}`))
        throw new Error('commander has changed: look here again')
      return code.replace(eager, `{ get spawn() { return ${eager}.spawn } }`)
    },
  },
}

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
  input: { main: resolve(root, 'src/main.ts'), ...texts() },
  platform: 'node',
  plugins: [withoutPrograms, withLicences],
  logLevel: 'warn',
  // keytar finds its prebuilt binary relative to itself, so it cannot move into a bundle.
  external: ['keytar', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
  output: {
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name].cjs',
    minify: false,
    exports: 'named',
    codeSplitting: {
      groups: [
        // With what both stores need, so that neither brings the other along.
        { name: 'start', priority: 3, test: (id) => atStart.has(id) || shared(id) },
        { name: 'file-store', priority: 2, test: (id) => fileStore.has(id) },
        { name: 'keychain', priority: 1, test: (id) => keychain.has(id) },
      ],
    },
  },
}
