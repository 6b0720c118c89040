import { execFileSync, spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildProgram } from '../../support/build-program.ts'
import { requirePart } from '../../support/parts.ts'

const able = requirePart('strace')

describe.skipIf(!able)('E16: a write of which a system call fails', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tokn-faults-'))
  const place = join(directory, 'place')
  const trace = join(directory, 'trace')
  let program = ''

  beforeAll(async () => {
    program = await buildProgram(
      join(import.meta.dirname, 'files-program.ts'),
      join(directory, 'program'),
    )
  })
  beforeEach(() => {
    rmSync(place, { recursive: true, force: true })
    mkdirSync(place, { mode: 0o700 })
    writeFileSync(join(place, 'a'), 'old', { mode: 0o600 })
  })
  afterAll(() => rmSync(directory, { recursive: true }))

  function write(...options: string[]): string {
    const command = [process.execPath, program, `write ${join(place, 'a')}`]
    const result = spawnSync('strace', ['-f', '-qq', '-o', trace, ...options, ...command], {
      encoding: 'utf8',
    })
    return result.stdout + (result.signal ?? '')
  }

  it('happens in the order that survives a loss of power', () => {
    expect(write('-e', 'trace=openat,pwrite64,fsync,rename,close', '-y')).toBe('')
    const steps = readFileSync(trace, 'utf8')
      .split('\n')
      .map((line) => line.replaceAll(place, 'PLACE'))
      .filter((line) => /PLACE/.test(line))
      .map((line) => /([a-z0-9]+)\(/.exec(line)![1])
    const directorySteps = ['openat', 'fsync', 'close']
    expect(steps.slice(0, 8)).toEqual([
      'openat',
      'pwrite64',
      'fsync',
      'close',
      'rename',
      ...directorySteps,
    ])
    const lines = readFileSync(trace, 'utf8')
    expect(lines).toMatch(
      /openat\(.*\/\.a\..*O_WRONLY\|O_CREAT\|O_EXCL\|O_NOFOLLOW\|O_CLOEXEC, 0600/,
    )
  })

  it.each([
    ['pwrite64:error=ENOSPC', 'no space left'],
    ['pwrite64:error=EIO', 'input or output error'],
    ['pwrite64:error=EDQUOT', 'quota'],
    ['fsync:error=EIO:when=1', 'input or output error'],
    ['fsync:error=ENOSPC:when=1', 'no space left'],
    ['rename:error=EACCES', 'permission denied'],
    ['rename:error=EROFS', 'read-only'],
    ['rename:error=ENOSPC', 'no space left'],
    ['fchmod:error=EIO', 'input or output error'],
  ])('keeps the old file and leaves nothing else: %s', (fault, words) => {
    const output = write('-e', `inject=${fault}`)
    expect(output).toContain('ToknError: cannot write')
    expect(output).toContain(words)
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('old')
    expect(readdirSync(place)).toEqual(['a'])
  })

  // What vfat, exFAT, FUSE, 9P and sandboxes answer to what they do not have. The file is made with
  // its mode, and a file system that cannot sync has done all that it can.
  const absent = ['EINVAL', 'EPERM', 'ENOSYS', 'EOPNOTSUPP']
  it.each([
    ...absent.flatMap((code) => [
      `fchmod:error=${code}`,
      `fsync:error=${code}:when=1`,
      `fsync:error=${code}:when=2`,
    ]),
    'fsync:error=EBADF:when=2',
    'fsync:error=EISDIR:when=2',
    'fsync:error=EACCES:when=2',
  ])('is whole where there is no such operation: %s', (fault) => {
    expect(write('-e', `inject=${fault}`)).toBe('')
    expect(readFileSync(trace, 'utf8')).toContain('(INJECTED)')
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('y')
    expect(statSync(join(place, 'a')).mode & 0o777).toBe(0o600)
    expect(readdirSync(place)).toEqual(['a'])
  })

  it('tells when the directory could not be made durable, with the new file in place', () => {
    expect(write('-e', 'inject=fsync:error=EIO:when=2')).toContain('ToknError: cannot write to')
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('y')
  })

  it.each(['pwrite64', 'fsync', 'rename'])('E17: is old or new when it is killed at %s', (call) => {
    for (const number of call === 'fsync' ? [1, 2] : [1]) {
      writeFileSync(join(place, 'a'), 'old')
      write('-e', `inject=${call}:signal=SIGKILL:when=${number}`)
      expect(['old', 'y']).toContain(readFileSync(join(place, 'a'), 'utf8'))
    }
    execFileSync(process.execPath, [program, `write ${join(place, 'a')}`])
    expect(readFileSync(join(place, 'a'), 'utf8')).toBe('y')
  })
})
