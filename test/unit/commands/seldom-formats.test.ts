import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  formatsOf,
  namesOf,
  readFormat,
  readVariable,
} from '../../../src/commands/output/formats.ts'
import { seldomFormats } from '../../../src/commands/output/seldom-formats.ts'
import { maskLines } from '../../../src/core/log-masks.ts'
import { isToknError } from '../../../src/core/errors.ts'

const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const
const handed = (token: string, origins: readonly string[] = ['https://api.example.com']) => ({
  token,
  variable: 'V',
  attached: { headers: bearer(token), query: [], cookies: [] },
  origins,
})
const refused = (message: RegExp) =>
  expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) as string })

describe('-o netrc', () => {
  const render = (token: string, origins?: readonly string[]) =>
    seldomFormats.netrc.render(handed(token, origins))
  const line = (host: string) => `machine ${host} login oauth2 password t.o-k_en\n`

  it.each<readonly [string, readonly string[], string]>([
    ['has the host without its port', ['https://api.example.com:8443'], line('api.example.com')],
    ['has an IPv6 host as curl looks for it', ['http://[::1]:80/x'], line('::1')],
    ['has what `--for` names', ['https://user.example/a?b=c#d'], line('user.example')],
    [
      'has a line for each host, and each once',
      ['https://a.example', 'https://b.example', 'https://a.example:1'],
      line('a.example') + line('b.example'),
    ],
  ])('%s', (_what, origins, text) => {
    expect(render('t.o-k_en', origins)).toBe(text)
  })

  it.each(['a b', 'a\tb', 'a"b', "a'b", 'a\\b', '#a', 'a\nmachine evil', 'ü', 'a\u0000', '\u007f'])(
    'is refused for %j',
    (token) => {
      expect(() => render(token)).toThrow(refused(/read differently in a netrc file/))
    },
  )

  const travelling = (headers: ReadonlyArray<readonly [string, string]>, token = 'tok') =>
    seldomFormats.netrc.render({ ...handed(token), attached: { ...handed('').attached, headers } })

  it('has the user and the password of a token that is both', () => {
    const token = Buffer.from('al:s:t').toString('base64')
    const text = travelling([['authorization', `Basic ${token}`]], token)
    expect(text).toBe('machine api.example.com login al password s:t\n')
    const nobody = Buffer.from(':s').toString('base64')
    expect(() => travelling([['Authorization', `Basic ${nobody}`]], nobody)).toThrow(
      refused(/read differently in a netrc file/),
    )
  })

  it.each<ReadonlyArray<readonly [string, string]>>([
    [['Access-Token', 'tok']],
    [['Authorization', 'tok']],
    [['Authorization', 'OAuth tok']],
    [['Authorization', 'Basic tok']],
    [...bearer('tok'), ['X-Client', 'c']],
  ])('is refused for a token that is no password: %j', (...headers) => {
    expect(() => travelling(headers)).toThrow(refused(/does not travel as a password/))
  })

  it('is refused for a line that some curl would skip, and where no host is known', () => {
    expect(() => render('x'.repeat(4_000))).toThrow(refused(/too long for a netrc file/))
    expect(render('x'.repeat(3_900))).toHaveLength(3_900 + line('api.example.com').length - 8)
    expect(() => render('a', [])).toThrow(refused(/to which host/))
  })
})

/** What GitLab makes of a file: `parse_dotenv_artifact_service.rb`. */
function readInGitlab(text: string): Readonly<Record<string, string>> {
  const lines = text.split('\n').filter((line, at, all) => at < all.length - 1 || line !== '')
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value = ''] = /^(.*?)=(.*)$/.exec(line) ?? []
      return [name.trim(), value.trim().replace(/\$(\w+|\{\w+\})/g, 'another variable')]
    }),
  )
}

describe('-o gitlab', () => {
  const render = (token: string) => seldomFormats.gitlab.render(handed(token))

  it.each(['eyJ.a-_=', 'a=b==', `"it's"`, 'a b', '#x', 'a\\n', '!`%&'])(
    '%s is read so',
    (token) => {
      expect(render(token)).toBe(`V=${token}\n`)
      expect(readInGitlab(render(token))).toEqual({ V: token })
    },
  )

  it.each(['$HOME', 'a${b}', ' a', 'a ', 'a\nLD_PRELOAD=x', 'a\rb', 'ü', '\u2028', 'a\u0000'])(
    'is refused for %j',
    (token) => {
      expect(() => render(token)).toThrow(refused(/GitLab would change it/))
    },
  )

  it('is refused for more than GitLab takes', () => {
    expect(() => render('x'.repeat(5_118))).toThrow(refused(/longer than the 5,120 bytes/))
    expect(render('x'.repeat(5_117))).toHaveLength(5_120)
  })

  it('is one variable of that name, or refused, whatever the token is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (token) => {
        try {
          expect(readInGitlab(render(token))).toEqual({ V: token })
        } catch (error) {
          if (!isToknError(error, 'usage')) throw error
        }
      }),
    )
  })
})

describe('what a runner is told to hide', () => {
  /** What the runner makes of lines: `ActionCommandManager` unescapes the data of a command. */
  const masksIn = (text: string) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => /^::add-mask::(.*)$/.exec(line)?.[1] ?? 'no command')
      .map((data) => data.replace(/%0D/g, '\r').replace(/%0A/g, '\n').replace(/%25/g, '%'))

  it('is the token, and the ways in which URLs, JSON and base64 write it', () => {
    const masks = masksIn(maskLines(['a"b+c%d/e-0123456789']))
    expect(masks).toContain('a"b+c%d/e-0123456789')
    expect(masks).toContain('a%22b%2Bc%25d%2Fe-0123456789')
    expect(masks).toContain('a\\"b+c%d/e-0123456789')
    for (const before of ['', 'oauth2:', 'x:', 'ab:']) {
      const basic = Buffer.from(`${before}a"b+c%d/e-0123456789`).toString('base64')
      expect(
        masks.some((mask) => basic.includes(mask)),
        before,
      ).toBe(true)
    }
  })

  it('hides any token in a log, however it is written there', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 12, maxLength: 40 }), (token) => {
        const text = maskLines([token])
        // Whatever is in it, each line is one command.
        expect(text).not.toMatch(/\r|\n(?!::add-mask::|$)/)
        const masks = masksIn(text)
        const shown = [token, encodeURIComponent(token), JSON.stringify(token)]
        for (const one of [...shown, Buffer.from(token).toString('base64')]) {
          expect(masks.some((mask) => one.includes(mask))).toBe(true)
        }
      }),
    )
  })

  it('is never nothing, which would hide everything', () => {
    expect(maskLines([''])).toBe('')
    expect(masksIn(maskLines(['x', '']))).toEqual(['x'])
  })
})

describe('the formats of a command', () => {
  it('are the same for a token and a header, but for the one that is usual', () => {
    expect(formatsOf.token[0]).toBe('raw')
    expect(formatsOf.header[0]).toBe('header')
    expect(formatsOf.header.toSorted()).toEqual(formatsOf.token.toSorted())
    expect(namesOf('issue')).toEqual(['raw', 'env', 'dotenv', 'github', 'gitlab', 'json'])
  })

  it.each([
    [{}, 'raw'],
    [{ json: true }, 'json'],
    [{ output: 'json', json: true }, 'json'],
    [{ fields: 'token' }, 'json'],
    [{ output: 'netrc' }, 'netrc'],
  ] as const)('%j is %s', (flags, format) => {
    expect(readFormat(flags, 'token', 'a token')).toBe(format)
  })

  it.each(['', 'constructor', 'toString', '__proto__', 'RAW', 'raw '])('%j is none', (output) => {
    expect(() => readFormat({ output }, 'token', 'a token')).toThrow(refused(/is not a format/))
  })

  it('have a name for a variable only where they print one', () => {
    expect(readVariable({}, 'raw', 'TOKN_ACCESS_TOKEN')).toBe('TOKN_ACCESS_TOKEN')
    for (const format of ['env', 'dotenv', 'github', 'gitlab'] as const) {
      expect(readVariable({ var: 'X' }, format, 'TOKN_ACCESS_TOKEN')).toBe('X')
    }
    for (const format of ['raw', 'header', 'curl', 'netrc', 'map', 'json'] as const) {
      expect(() => readVariable({ var: 'X' }, format, 'TOKN_ACCESS_TOKEN')).toThrow(
        refused(/prints no variable/),
      )
    }
    expect(() => readVariable({ var: 'A=B' }, 'gitlab', 'TOKN_ACCESS_TOKEN')).toThrow(
      refused(/not a name/),
    )
  })
})
