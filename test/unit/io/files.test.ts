import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openFiles } from '../../../src/io/files/files.ts'
import { hasPart, requirePart, requireParts } from '../../support/parts.ts'

const files = openFiles()
const root = requireParts('linux', 'root', 'setpriv')
const disk = requirePart('tmpfs')
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-files-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function at(name: string): string {
  return join(directory, name)
}

function refusal(action: () => unknown): string {
  let refused: unknown
  try {
    action()
  } catch (error) {
    refused = error
  }
  expect(refused).toMatchObject({ code: 'store' })
  return (refused as Error).message
}

/** Runs `script` with `files` as user 65534. */
async function asNobody(script: string): Promise<string> {
  const { buildProgram } = await import('../../support/build-program.ts')
  const program = await buildProgram(join(import.meta.dirname, 'files-program.ts'), at('program'))
  chmodSync(directory, 0o755)
  execFileSync('chmod', ['-R', 'a+rX', at('program')])
  const user = ['--reuid=65534', '--regid=65534', '--clear-groups']
  return execFileSync('setpriv', [...user, process.execPath, program, script], {
    encoding: 'utf8',
    cwd: '/',
  })
}

describe('writing', () => {
  it('E18: writes and reads bytes, of mode 0600 in directories of mode 0700, whatever the umask', () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 256)
    for (const mask of [0, 0o022, 0o077, 0o777]) {
      const before = process.umask(mask)
      try {
        files.ensureDirectory(at('a/b'))
        files.write(at('a/b/c'), bytes)
      } finally {
        process.umask(before)
      }
      if (mask === 0o777) continue
      expect(Buffer.compare(files.read(at('a/b/c'), 200_000)!, bytes)).toBe(0)
      expect(statSync(at('a/b/c')).mode & 0o777).toBe(0o600)
      expect(statSync(at('a')).mode & 0o777 & ~0o700).toBe(0)
      expect(statSync(at('a/b')).mode & 0o777 & ~0o700).toBe(0)
    }
  })

  it('replaces an open file by a closed one, and a link by a file', () => {
    writeFileSync(at('open'), 'old', { mode: 0o666 })
    chmodSync(at('open'), 0o666)
    writeFileSync(at('target'), 'untouched')
    symlinkSync(at('target'), at('link'))
    for (const name of ['open', 'link']) {
      files.write(at(name), Buffer.from('new'))
      expect(statSync(at(name)).mode & 0o777).toBe(0o600)
      expect(readFileSync(at(name), 'utf8')).toBe('new')
    }
    expect(readFileSync(at('target'), 'utf8')).toBe('untouched')
    expect(readdirSync(directory).sort()).toEqual(['link', 'open', 'target'])
  })

  it('leaves the old file and no leftover when the place is a directory', () => {
    mkdirSync(at('x'))
    expect(refusal(() => files.write(at('x'), Buffer.from('a')))).toMatch(/^cannot write .*x: /)
    expect(readdirSync(directory)).toEqual(['x'])
    expect(refusal(() => files.write(at('no/such'), Buffer.from('a')))).toContain('no such file')
  })

  it('B15: removes what killed writers left an hour ago, and nothing else', () => {
    const old = (Date.now() - 3_700_000) / 1_000
    for (const name of ['.a.1-2-3.tmp', '.b.zz-0-9k.tmp', '.c.tmp', 'd.tmp', '.e.1-2-3.tmp']) {
      writeFileSync(at(name), '')
      if (!name.startsWith('.e')) utimesSync(at(name), old, old)
    }
    expect(files.list(directory)).toEqual(['.c.tmp', 'd.tmp'])
    files.write(at('new'), Buffer.from(''))
    expect(readdirSync(directory).sort()).toEqual(['.c.tmp', '.e.1-2-3.tmp', 'd.tmp', 'new'])
  })

  it('B15: takes nothing for left over because its own clock is a day ahead', () => {
    writeFileSync(at('.e.1-2-3.tmp'), '')
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
    try {
      files.write(at('new'), Buffer.from(''))
    } finally {
      vi.useRealTimers()
    }
    expect(readdirSync(directory).sort()).toEqual(['.e.1-2-3.tmp', 'new'])
  })

  it('shows the home directory as ~', () => {
    const home = process.env['HOME']
    process.env['HOME'] = directory
    try {
      expect(refusal(() => files.write(at('no/such'), Buffer.from('a')))).toContain('~/no/such')
    } finally {
      if (home === undefined) delete process.env['HOME']
      else process.env['HOME'] = home
    }
  })
})

describe('reading', () => {
  it('gives every byte, however many there are', () => {
    for (const length of [0, 1, 2, 4_095, 4_096, 65_535, 65_536, 65_537, 200_000]) {
      const bytes = Buffer.alloc(length, 'tokn')
      writeFileSync(at('f'), bytes)
      chmodSync(at('f'), 0o600)
      expect(Buffer.compare(files.read(at('f'), 200_000) ?? Buffer.of(1), bytes)).toBe(0)
    }
  })

  it.skipIf(!requirePart('linux'))('reads what has no size beforehand', () => {
    const status = Buffer.from(files.read('/proc/self/status', 65_536) ?? '').toString()
    expect(status).toMatch(/^Name:.*\nnonvoluntary_ctxt_switches:\s+\d+\n$/s)
  })

  it('knows what is not there', () => {
    expect(files.read(at('nothing'), 10)).toBeUndefined()
    expect(files.list(at('nothing'))).toEqual([])
    expect(files.remove(at('nothing'))).toBe(false)
    files.write(at('b'), Buffer.from(''))
    files.write(at('a'), Buffer.from(''))
    expect(files.read(at('a'), 0)).toHaveLength(0)
    expect(files.list(directory)).toEqual(['a', 'b'])
    expect(files.remove(at('a'))).toBe(true)
    expect(files.list(directory)).toEqual(['b'])
  })

  it('B5: does not block on a pipe, nor follow a link, nor read a device', async () => {
    if (hasPart('mkfifo')) {
      execFileSync('mkfifo', [at('pipe')])
      expect(refusal(() => files.read(at('pipe'), 10))).toContain('not a plain file')
    }
    symlinkSync(at('x'), at('dangling'))
    files.write(at('own'), Buffer.from('a'))
    symlinkSync(at('own'), at('link'))
    mkdirSync(at('directory'))
    const server = createServer().listen(at('socket'))
    await new Promise((resolve) => server.once('listening', resolve))
    expect(refusal(() => files.read(at('link'), 10))).toContain('symbolic link')
    expect(refusal(() => files.read(at('dangling'), 10))).toContain('symbolic link')
    expect(refusal(() => files.read(at('directory'), 10))).toContain('not a plain file')
    expect(refusal(() => files.read(at('socket'), 10))).toContain('not a plain file')
    expect(refusal(() => files.read('/dev/zero', 10))).toContain('not a plain file')
    server.close()
  })

  it('refuses what is too large, sparse or not', () => {
    files.write(at('a'), Buffer.alloc(11))
    expect(files.read(at('a'), 11)).toHaveLength(11)
    expect(refusal(() => files.read(at('a'), 10))).toContain('larger than 10 bytes')
    truncateSync(at('a'), 2 ** 40)
    expect(refusal(() => files.read(at('a'), 10_000))).toContain('larger than 10000 bytes')
  })

  it('B2: refuses what others may write to, with the command that mends it', () => {
    for (const mode of [0o620, 0o602, 0o666]) {
      files.write(at('a'), Buffer.from('x'))
      chmodSync(at('a'), mode)
      expect(refusal(() => files.read(at('a'), 10))).toContain('other users may write to it')
    }
    chmodSync(at('a'), 0o644)
    expect(files.read(at('a'), 10)).toHaveLength(1)
    chmodSync(directory, 0o777)
    expect(refusal(() => files.ensureDirectory(directory))).toContain('other users may write to it')
    chmodSync(directory, 0o1777)
    files.ensureDirectory(directory)
    mkdirSync(at('sub'), { mode: 0o700 })
    chmodSync(directory, 0o777)
    expect(refusal(() => files.ensureDirectory(at('sub')))).toContain('other users control')
  })

  it('takes a directory for one, not a file', () => {
    files.write(at('a'), Buffer.from(''))
    expect(refusal(() => files.ensureDirectory(at('a')))).toContain('not a directory')
    expect(refusal(() => files.ensureDirectory(at('a/b')))).toContain('not a directory')
  })
})

describe.skipIf(!root)('as another user, and on a full or read-only disk', () => {
  it('B3: refuses files and directories of other users, but not those of root', async () => {
    writeFileSync(at('foreign'), 'x')
    chownSync(at('foreign'), 1_234, 1_234)
    writeFileSync(at('roots'), 'x')
    mkdirSync(at('theirs'), { mode: 0o755 })
    chownSync(at('theirs'), 1_234, 1_234)
    mkdirSync(at('theirs/mine'))
    chownSync(at('theirs/mine'), 65_534, 65_534)
    writeFileSync(at('secret'), 'x', { mode: 0o600 })
    expect(await asNobody(`read ${at('foreign')}`)).toContain('it belongs to another user')
    expect(await asNobody(`read ${at('roots')}`)).toBe('x')
    expect(await asNobody(`read ${at('secret')}`)).toContain('permission denied')
    expect(await asNobody(`ensure ${at('theirs')}`)).toContain('it belongs to another user')
    expect(await asNobody(`ensure ${at('theirs/mine')}`)).toContain('other users control')
    expect(await asNobody(`write ${at('roots')}`)).toContain('permission denied')
  })

  it('refuses a hard link to a file of another user', () => {
    // Only fstat tells: the path is our own. As root nothing is foreign, so this is the nobody's case above.
    writeFileSync(at('a'), 'x')
    linkSync(at('a'), at('b'))
    expect(files.read(at('b'), 10)).toHaveLength(1)
  })

  it.skipIf(!disk)('E16: keeps the old file when the disk is full or read-only', () => {
    mkdirSync(at('disk'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('disk')])
    try {
      files.write(at('disk/a'), Buffer.from('old'))
      const message = refusal(() => files.write(at('disk/a'), Buffer.alloc(100_000)))
      expect(message).toContain('no space left on the device')
      expect(readFileSync(at('disk/a'), 'utf8')).toBe('old')
      expect(readdirSync(at('disk'))).toEqual(['a'])
      execFileSync('mount', ['-o', 'remount,ro', at('disk')])
      expect(refusal(() => files.write(at('disk/a'), Buffer.from('x')))).toContain('read-only')
      expect(refusal(() => files.remove(at('disk/a')))).toContain('read-only')
      expect(refusal(() => files.ensureDirectory(at('disk/b')))).toContain('read-only')
      expect(readFileSync(at('disk/a'), 'utf8')).toBe('old')
    } finally {
      execFileSync('umount', [at('disk')])
    }
  })
})
