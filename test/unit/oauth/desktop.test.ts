import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasScreen, openBrowser } from '../../../src/io/browser.ts'
import { copyToClipboard, programsFor } from '../../../src/io/clipboard.ts'
import { drawQrCode } from '../../../src/io/qr.ts'

let directory: string
let path: string | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tokn-desktop-'))
  path = process.env['PATH']
})
afterEach(() => {
  process.env['PATH'] = path
  rmSync(directory, { recursive: true, force: true })
})

function install(name: string, script: string): void {
  writeFileSync(join(directory, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(directory, name), 0o755)
}

describe('the clipboard', () => {
  it('gets its text through standard input, and nothing of our environment', async () => {
    install('xclip', `cd '${directory}'; cat > got; echo "$@" > args; env > env`)
    const environment = { PATH: `${directory}:${path}`, DISPLAY: ':9', TOKN_PASSWORD: 'hidden' }
    expect(await copyToClipboard('ABCD-EFGH', environment)).toBe(true)
    expect(readFileSync(join(directory, 'got'), 'utf8')).toBe('ABCD-EFGH')
    expect(readFileSync(join(directory, 'args'), 'utf8')).toBe('-selection clipboard\n')
    expect(readFileSync(join(directory, 'env'), 'utf8')).not.toContain('hidden')
  })

  it('tries the next program, and says when none was there', async () => {
    install('xclip', 'exit 1')
    install('xsel', `cat > '${directory}/got'`)
    const environment = { PATH: `${directory}:${path}`, DISPLAY: ':9' }
    expect(await copyToClipboard('x', environment)).toBe(true)
    expect(readFileSync(join(directory, 'got'), 'utf8')).toBe('x')
    expect(await copyToClipboard('x', { PATH: directory, WAYLAND_DISPLAY: 'w' })).toBe(false)
    expect(await copyToClipboard('x', {})).toBe(false)
  })

  it('knows the programs of each system', () => {
    expect(programsFor({}, 'darwin')).toEqual([['pbcopy']])
    expect(programsFor({}, 'win32')).toEqual([['clip.exe']])
    expect(programsFor({ WAYLAND_DISPLAY: 'w' }, 'linux')[0]).toEqual(['wl-copy'])
  })
})

describe('the browser', () => {
  it('is not opened where nobody would see it', () => {
    expect(hasScreen({ DISPLAY: ':0' }, 'linux')).toBe(true)
    expect(hasScreen({ WAYLAND_DISPLAY: 'w' }, 'linux')).toBe(true)
    expect(hasScreen({ DISPLAY: ':0', CI: 'true' }, 'linux')).toBe(false)
    expect(hasScreen({ CI: '1' }, 'darwin')).toBe(false)
    expect(hasScreen({}, 'darwin')).toBe(true)
    expect(hasScreen({ SSH_CONNECTION: 'x' }, 'darwin')).toBe(false)
    expect(hasScreen({ SSH_TTY: 'x' }, 'linux')).toBe(false)
  })

  for (const url of ['file:///etc/passwd', 'http://example.com/', 'javascript:1', '-x', 'https:']) {
    it(`does not open ${url}`, async () => {
      expect(await openBrowser(url, { DISPLAY: ':9' })).toBe(false)
    })
  }
})

it('a QR code is lines of blocks, all of one width', async () => {
  const code = await drawQrCode('https://example.com/device?user_code=ABCD-EFGH')
  const lines = code.trimEnd().split('\n')
  expect(lines.length).toBeGreaterThan(10)
  expect(code).toMatch(/^[█▀▄ \n]+$/)
  expect(code.endsWith('\n')).toBe(true)
})
