import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { checkWriteOut } from '../../../src/commands/curl/write-out.ts'
import { requirePart } from '../../support/parts.ts'

describe('a format for --write-out', () => {
  const address = [
    ...['%{url_effective}', '%{url}', '%{json}', '%{JSON}', '%{Url_Effective}', '%{redirect_url}'],
    ...['%{url.query}', '%{urle.query}', '%{referer}', '%{stderr}%{json}', '%header{x}%{url}'],
    // A backslash takes the first of two percent signs away from the second.
    ...['\\%%{url}', '%{http_code} %{url_effective}', '%output{f}%{json}', '%x%{url}'],
  ]

  it.each(address)('%s prints an address', (format) => {
    expect(() => checkWriteOut(format, true)).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(() => checkWriteOut(format, false)).not.toThrow()
  })

  it.each(['%{unknown}', '%{}', '%{ url}', '%{%{url}', '%{url\n}', '%{url_effective }'])(
    '%j is not understood',
    (format) => {
      for (const inQuery of [true, false]) {
        expect(() => checkWriteOut(format, inQuery)).toThrow(
          expect.objectContaining({ code: 'usage' }),
        )
      }
    },
  )

  it.each([
    '',
    '%{http_code}',
    '%{HTTP_CODE}\\n',
    '100%',
    '%',
    '%{',
    '%{url',
    '%%',
    '{url}',
    '%header{location} %{header_json}',
    '%{onerror}%{stderr}%{errormsg}%{stdout}',
    '%time{%Y}',
  ])('%j prints nothing that is secret', (format) => {
    expect(() => checkWriteOut(format, true)).not.toThrow()
  })
})

describe.skipIf(!requirePart('curl'))('the installed curl', () => {
  // Its own document of one long line where a variable starts: "{url_effective}" and the like.
  const manual = requirePart('curl') ? execFileSync('curl', ['--manual'], { encoding: 'utf8' }) : ''
  const [, part = ''] = /-w, --write-out <format>([\s\S]*?)\n\s+--xattr/.exec(manual) ?? []
  const names = [...part.matchAll(/^ {14}([a-z_.]+)(?:\s|$)/gm)].map(([, name = '']) => name)

  it.skipIf(names.length < 20)('prints an address by those alone that are known to', () => {
    const token = 'canary-in-the-address'
    const url = `http://127.0.0.1:9/?oauth_token=${token}`
    const known = names.filter((name) => name !== 'onerror')
    const printing = known.filter((name) => {
      const args = ['-qs', '-m', '1', '-w', `%{${name}}`, url]
      return printedBy(args).includes(token)
    })
    for (const name of printing) {
      expect(() => checkWriteOut(`%{${name}}`, true), name).toThrow('print the token')
    }
    expect(printing).toEqual(expect.arrayContaining(['json', 'url', 'url_effective']))
  })
})

function printedBy(args: readonly string[]): string {
  try {
    return execFileSync('curl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
