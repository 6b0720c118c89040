import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasScreen, openBrowser } from '../../../src/io/terminal/browser.ts'
import { copyToClipboard, programsFor } from '../../../src/io/terminal/clipboard.ts'
import { drawQrCode } from '../../../src/io/terminal/qr.ts'

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
    expect(hasScreen({ CI: '0' }, 'darwin')).toBe(true)
    expect(hasScreen({ CI: 'false' }, 'darwin')).toBe(true)
    expect(hasScreen({ CI: 'no' }, 'darwin')).toBe(true)
    expect(hasScreen({ CI: '' }, 'darwin')).toBe(true)
    expect(hasScreen({}, 'darwin')).toBe(true)
    expect(hasScreen({ SSH_CONNECTION: 'x' }, 'darwin')).toBe(false)
    expect(hasScreen({ SSH_TTY: 'x' }, 'linux')).toBe(false)
  })

  const page = 'https://login.example/%s?a=1&b=2'
  const words = (name: string) => readFileSync(join(directory, name), 'utf8')

  it.each([
    ['good', ['good', page]],
    ['good --new-window', ['good', '--new-window', page]],
    ['good %s --after', ['good', page, '--after']],
    ['good --url=%s', ['good', `--url=${page}`]],
    ['"good" \'two words\'', ['good', 'two words', page]],
    ['missing:good', ['good', page]],
    ['bad:good', ['good', page]],
    [':good', ['good', page]],
    ['good:bad', ['good', page]],
    ['./not-there:missing %s:good', ['good', page]],
  ])('is what BROWSER=%s names, without a screen too', async (named, expected) => {
    install(
      'good',
      `for word in good "$@"; do echo "$word"; done > '${directory}/got'; env > '${directory}/env'`,
    )
    install('bad', 'exit 3')
    const environment = {
      PATH: `${directory}:${path}`,
      BROWSER: named,
      TOKN_PASSWORD: 'hidden',
      SSH_CONNECTION: 'x',
    }
    process.env['PATH'] = environment.PATH
    expect(await openBrowser(page, environment)).toBe(true)
    expect(words('got').trim().split('\n')).toEqual(expected)
    expect(words('env')).not.toContain('hidden')
  })

  it.each([
    [{ BROWSER: 'none' }],
    [{ BROWSER: 'bad' }],
    [{ BROWSER: 'missing:bad' }],
    [{ BROWSER: 'none:good' }],
    [{ BROWSER: 'good', CI: 'true' }],
    [{ BROWSER: 'bad', DISPLAY: ':9' }],
  ])('%j opens none, and says so', async (variables) => {
    install('good', `touch '${directory}/opened'`)
    install('bad', 'exit 3')
    install('xdg-open', `touch '${directory}/opened'`)
    process.env['PATH'] = `${directory}:${path}`
    expect(await openBrowser(page, { PATH: directory, ...variables })).toBe(false)
    expect(() => words('opened')).toThrow('ENOENT')
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
