import { describe, expect, it } from 'vitest'
import { readFolderProfile } from '../../../src/core/folder-profile.ts'

const read = (content: string | Uint8Array) => readFolderProfile(Buffer.from(content), '~/.tokn')

describe('the profile that a file names', () => {
  it.each([
    ['web'],
    ['web\n'],
    ['\n  web\t\n\n'],
    ['# ours\n\nweb\n# the other one is iot\n'],
    ['\ufeffweb\r\n'],
    ['\ufeff# ours\r\n\r\nweb\r\n'],
    [`#${' '.repeat(4_091)}\nweb`],
  ])('%j', (content) => {
    expect(read(content)).toBe('web')
  })

  const noName = 'has no name of a profile in line 1'
  it.each<readonly [string | Uint8Array, string]>([
    ['', 'names no profile'],
    ['# web\n\n', 'names no profile'],
    ['\ufeff', 'names no profile'],
    ['web\niot\n', 'says more than the name of a profile'],
    ['web\nweb\n', 'says more than the name of a profile'],
    ['No Name', noName],
    ['profile = web', noName],
    ['web # ours', noName],
    ['../web', noName],
    ['__proto__', noName],
    ['\n\nA', 'has no name of a profile in line 3'],
    ['web\u0000', noName],
    ['web\u001b[31m', noName],
    ['a'.repeat(65), noName],
    [`#${' '.repeat(4_096)}\nweb`, 'has more than 4096 bytes'],
    [Buffer.from('\ufeffweb', 'utf16le'), 'is UTF-16 (little-endian), not UTF-8'],
    [Buffer.from([0x77, 0xff, 0xfe]), 'is not UTF-8 text'],
  ])('is none in %j', (content, why) => {
    const message = `~/.tokn ${why}`
    const hint = 'it holds one line, the name of a profile: tokn profile list'
    expect(() => read(content)).toThrow(expect.objectContaining({ code: 'usage', message, hint }))
  })

  it('is never a secret that is told', () => {
    const secret = 'eyJhbGciOiJIUzI1NiJ9.SECRET'
    expect(() => read(secret)).not.toThrow('SECRET')
    expect(() => read(secret)).toThrow(noName)
  })
})
