import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { howToGet } from './part-sources.ts'
import { noteWant, recall, recordsVariable, remember, summarize } from './part-records.ts'
import { hasPart, requirePart, requireParts, startPart, tryPart } from './parts.ts'
import { probe } from './probes.ts'

const directory = mkdtempSync(join(tmpdir(), 'tokn-parts-test-'))
const empty = join(directory, 'empty')
mkdirSync(empty)

afterEach(() => vi.unstubAllEnvs())
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A PATH on which `program` comes first, and does what `script` says. */
function pathWith(program: string, script: string): string {
  const folder = mkdtempSync(join(directory, 'bin-'))
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, program), 0o755)
  return [folder, process.env['PATH']].join(delimiter)
}

const programs: ReadonlyArray<readonly [part: string, program: string]> = [
  ['setpriv', 'setpriv'],
  ['tmpfs', 'mount'],
  ['mount namespace', 'unshare'],
  ['pid namespace', 'unshare'],
  ['net namespace', 'unshare'],
  ['read-only root', 'unshare'],
  ['unshare', 'unshare'],
  ['strace', 'strace'],
  ['faketime', 'faketime'],
  ['tmux', 'tmux'],
  ['script', 'script'],
  ['timeout', 'timeout'],
  ['curl', 'curl'],
  ['openssl', 'openssl'],
  ['git', 'git'],
  ['mkfifo', 'mkfifo'],
  ['bash', 'bash'],
]

describe('a part is what it can do here', () => {
  it.each(programs)('%s: %s is there and is refused', (part, program) => {
    const path = pathWith(program, `echo '${program}: Operation not permitted' >&2; exit 1`)
    expect(probe(part, path)).toContain('Operation not permitted')
  })

  it.each(programs)('%s: %s is there, says that all is well, and does nothing', (part, program) => {
    expect(probe(part, pathWith(program, 'exit 0'))).toMatch(/\w/)
  })

  it.each(programs)('%s: %s is not there', (part, program) => {
    expect(probe(part, empty)).toBe(`${program}: it is not installed`)
  })

  it('is any other program that starts', () => {
    const path = pathWith('whatever', 'exit 3')
    expect(probe('whatever', path)).toBeUndefined()
    expect(probe('whatever', empty)).toBe('it is not installed')
    expect(probe('whatever', pathWith('whatever', 'exec /no/such/loader'))).toMatch(/start/)
  })
})

describe('what was found out', () => {
  it('is found out once, told once, and not forgotten', async () => {
    vi.stubEnv(recordsVariable, mkdtempSync(join(directory, 'run-')))
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    let tries = 0
    const attempt = async () => {
      tries++
      throw new Error('it is broken\nin many ways')
    }
    for (let turn = 0; turn < 3; turn++) expect(await tryPart('thing', attempt)).toBe(false)
    expect(requireParts('thing', 'sh', 'thing')).toBe(false)
    expect(await startPart('thing', attempt)).toBeUndefined()
    expect(hasPart('thing')).toBe(false)
    expect(tries).toBe(2)
    expect(warn.mock.calls).toEqual([
      ['SKIPPED: tests that need thing, which does not work here: it is broken'],
    ])
    remember('good', undefined)
    expect([recall('good'), recall('new'), requirePart('good')]).toEqual([
      { why: undefined },
      undefined,
      true,
    ])
    warn.mockRestore()
  })

  it('is a failure where the part is required', async () => {
    vi.stubEnv(recordsVariable, mkdtempSync(join(directory, 'run-')))
    vi.stubEnv('TOKN_TEST_REQUIRE', 'linux,mount namespace,thing')
    remember('mount namespace', 'Operation not permitted')
    expect(() => requirePart('mount namespace')).toThrow(/mount namespace.*not permitted/)
    const start = () => Promise.reject(new Error('it is broken'))
    await expect(startPart('thing', start)).rejects.toThrow(/thing.*it is broken/)
    await expect(tryPart('thing', start)).rejects.toThrow(/thing.*it is broken/)
  })

  it('is summed up in one table, by what each file goes without', () => {
    const directories = mkdtempSync(join(directory, 'run-'))
    vi.stubEnv(recordsVariable, directories)
    expect(noteWant({ part: 'strace', file: 'a' })).toBe(true)
    expect(noteWant({ part: 'strace', file: 'b' })).toBe(false)
    const wants = [
      { part: 'strace', file: 'a' },
      { part: 'strace', file: 'b' },
      { part: 'tmpfs', file: 'b' },
      { part: 'root', file: 'b' },
      { part: 'root', file: 'b' },
      { part: 'strace', file: 'c' },
      { part: 'git', file: 'd' },
    ]
    const skipped = [
      { file: 'a', tests: 11 },
      { file: 'b', tests: 3 },
      { file: 'c', tests: 1 },
      { file: 'e', tests: 7 },
    ]
    expect(summarize(wants, skipped)?.split('\n')).toEqual([
      'missing here             skipped tests  how to get it',
      'strace                              12  apt-get install strace',
      'root or strace or tmpfs              3  run as root; apt-get install strace; run as root, in a container with --privileged',
    ])
    expect(summarize(wants, [{ file: 'd', tests: 1 }])?.split('\n')).toEqual([
      'missing here  skipped tests  how to get it',
      'git                       1  apt-get install git',
    ])
    expect(summarize([], skipped)).toBeUndefined()
  })

  it('comes with a way to get it', () => {
    expect(['keychain', 'zsh', 'etcd', 'pid namespace', 'some thing'].map(howToGet)).toEqual([
      'apt-get install gnome-keyring dbus libsecret-1-0',
      'apt-get install zsh',
      'bash .ci/install-servers',
      'run as root, in a container with --privileged',
      'see the line that says SKIPPED',
    ])
  })
})
