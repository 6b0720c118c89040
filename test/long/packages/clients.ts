import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { packages } from '../../definitions/real/process.ts'
import { root, type Environment, type Home } from '../../support/home.ts'
import { rustupHome } from '../../support/probes.ts'
import { startCommand, type Ended } from '../../support/run.ts'

/** A program that gets packages, in an empty folder of its own, from one registry. */
export interface Client {
  /** Gets the package `trial`, from a registry at `origin`. */
  fetch(): Promise<Ended>
  /** Any other line of the program. */
  run(...words: readonly string[]): Promise<Ended>
}

export type Opener = (home: Home, folder: string, origin: string) => Client

/** The programs that clients start by these names, in a folder that is first on the PATH. */
export function linkPrograms(home: Home, names: readonly string[]): void {
  for (const name of names) {
    symlinkSync(join(root, 'bin', `${name}.js`), join(home.path, 'bin', name))
  }
}

/** `profile` is the one that the configuration of cargo names, if it does. */
export function openCargo(profile?: string): Opener {
  return (home, folder, origin) => writeCrate(home, folder, origin, profile)
}

function writeCrate(home: Home, folder: string, origin: string, profile?: string): Client {
  const at = (...parts: readonly string[]) => join(folder, ...parts)
  write(at('cargo/config.toml'), [
    '[registries.mine]',
    `index = "sparse+${origin}/cargo/"`,
    `credential-provider = ${JSON.stringify(['cargo-credential-tokn', ...(profile === undefined ? [] : [profile])])}`,
  ])
  write(at('Cargo.toml'), [
    '[package]',
    'name = "asker"',
    'version = "1.0.0"',
    'edition = "2021"',
    'license = "MIT"',
    'description = "asks for a crate"',
    '[dependencies]',
    'trial = { version = "1", registry = "mine" }',
  ])
  write(at('src/lib.rs'), ['pub use trial::answer;'])
  const env = { CARGO_HOME: at('cargo'), RUSTUP_HOME: rustupHome, CARGO_NET_RETRY: '0' }
  return open(home, folder, env, ['cargo'], ['fetch'])
}

/** Asks as the user `me`; `user` may be another, or nobody. */
export function openPip(user = 'me@'): Opener {
  return (home, folder, origin) => {
    const index = `${origin.replace('://', `://${user}`)}/simple/`
    const env = { PIP_CONFIG_FILE: '/dev/null', PIP_DISABLE_PIP_VERSION_CHECK: '1' }
    const from = ['--keyring-provider', 'subprocess', '--index-url', index, '--no-cache-dir']
    const pip = [firstOnPath('python3'), '-m', 'pip', '--no-input', '--retries', '0']
    mkdirSync(folder, { recursive: true })
    const words = ['download', '--no-deps', ...from, 'trial']
    return open(home, folder, env, pip, words)
  }
}

export function openPnpm(helper: string | undefined): Opener {
  return (home, folder, origin) => {
    const registry = `${origin}/npm/`
    write(join(folder, 'package.json'), ['{"name":"asker","private":true}'])
    write(join(folder, '.npmrc'), [`registry=${registry}`])
    write(
      join(folder, 'user.npmrc'),
      helper === undefined ? [] : [`${registry.replace('http:', '')}:tokenHelper=${helper}`],
    )
    const env = { NPM_CONFIG_USERCONFIG: join(folder, 'user.npmrc'), CI: '1' }
    const pnpm = [process.execPath, join(packages, 'pnpm/bin/pnpm.cjs')]
    const own = [
      '--store-dir',
      join(folder, 'store'),
      '--fetch-retries',
      '0',
      '--reporter',
      'append-only',
    ]
    return open(home, folder, env, pnpm, ['add', 'trial', ...own])
  }
}

function open(
  home: Home,
  cwd: string,
  env: Environment,
  program: readonly string[],
  fetch: readonly string[],
): Client {
  const run = async (...words: readonly string[]) =>
    await startCommand([...program, ...words], { home, cwd, env }).ended
  return { run, fetch: async () => await run(...fetch) }
}

/** Where a program is for whoever runs the tests: the PATH of a home has its Node first. */
function firstOnPath(name: string): string {
  const folders = process.env['PATH']?.split(delimiter) ?? []
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name
}

function write(path: string, lines: readonly string[]): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''))
}
