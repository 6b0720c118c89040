import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  mayReadInput,
  readCurlArguments,
  writeOptions,
  type CurlOption,
} from '../../../src/commands/curl/arguments.ts'
import { letters, passedOn } from '../../../src/commands/curl/options.ts'
import { isToknError } from '../../../src/core/errors.ts'
import { listOptions, readAsCurl } from '../../support/curl-options.ts'
import { requirePart } from '../../support/parts.ts'

const url = 'https://api.example/x'

function read(...words: readonly string[]) {
  const { urls, options } = readCurlArguments(words)
  return {
    urls: urls.map(({ href }) => href),
    options: options.map(({ name, value }) => (value === undefined ? name : `${name} ${value}`)),
  }
}

describe('words for curl', () => {
  it.each([
    [[url], []],
    [['-s', url], ['silent']],
    [
      ['-sSo', 'f', url],
      ['silent', 'show-error', 'output f'],
    ],
    [
      ['-sSof', url],
      ['silent', 'show-error', 'output f'],
    ],
    [
      ['-XPOST', '-d@f', url],
      ['request POST', 'data @f'],
    ],
    [
      ['-X', 'POST', url, '-d', '-x'],
      ['request POST', 'data -x'],
    ],
    [
      ['-so--', url],
      ['silent', 'output --'],
    ],
    [['-o', '--', url], ['output --']],
    [['--data', '--', url], ['data --']],
    [['--data=', url], ['data ']],
    [['--data=a=b', url], ['data a=b']],
    [['--tls-max', '1.2', url], ['tls-max 1.2']],
    [['-N', url], ['no-buffer']],
    [
      ['--no-buffer', '--buffer', url],
      ['no-buffer', 'buffer'],
    ],
    [
      ['-#0', url],
      ['progress-bar', 'http1.0'],
    ],
    [['-d', url, url], [`data ${url}`]],
    [
      ['-q', '-s', url],
      ['disable', 'silent'],
    ],
    [['-s', '--', url], ['silent']],
    [['--url', url], []],
    [[`--url=${url}`, '-f'], ['fail']],
  ])('%j', (words, options) => {
    expect(read(...words)).toEqual({ urls: [url], options })
  })

  it.each([
    [['-s'], 'needs a URL'],
    [[url, '-o'], '-o needs a value'],
    [[url, '--data'], '--data needs a value'],
    [[url, '-'], 'a dash alone'],
    [[url, ''], 'is not a full URL'],
    [[url, 'x'], 'is not a full URL'],
    [[url, '--', '-s'], 'is not a full URL'],
    [[url, '-s', '--', '-d@127.0.0.2:9999/'], 'is not a full URL'],
    [[url, '--', '--'], 'is not a full URL'],
    [['--url', '-s', url], 'is not a full URL'],
    [['--url', '@file'], 'is not a full URL'],
    [[url, 'ftp://api.example/x'], 'is not a full URL'],
    [[url, '--fail=x'], 'takes no value'],
    [[url, '--fail='], 'takes no value'],
    [[url, '--fai'], "tokn does not pass on curl's option --fai"],
    [[url, '--FAIL'], 'does not pass on'],
    [[url, '---fail'], 'does not pass on'],
    [[url, '--no-data', 'x'], 'does not pass on'],
    [[url, '--no-http2'], 'does not pass on'],
    [[url, '--no-no-buffer'], 'does not pass on'],
    [[url, '--expand-data', 'x'], 'does not pass on'],
    [[url, '--variable', 'x=1'], 'does not pass on'],
    [[url, '-sé'], 'does not pass on'],
    [[url, '-sL'], 'with -L: a redirect'],
    [[url, '--no-location-trusted'], 'a redirect'],
    [[url, '--proto', 'all'], 'only HTTP and HTTPS'],
    [[url, '--proto', '=https,ftp'], 'only HTTP and HTTPS'],
    [[url, '--noproxy', '*'], 'tokn decides how a host is reached'],
    [[url, '-sxhttp://evil.example'], 'with -x: it could send'],
    [[url, '-:', '-s'], 'with -:'],
    [[url, '-vs'], 'would print the token'],
    [[url, '-u', 'a:b'], 'other credentials'],
    [[url, '-1'], 'TLS 1.2 at least'],
    [[url, '--tls-max', '1.0'], 'TLS 1.2 or later'],
    [[url, '-h'], 'would make no request'],
    [[url, '-X', 'GET / HTTP/1.1\r\nX:'], 'control character'],
    [[url, '-X', 'GET /'], 'is not an HTTP method'],
    [[url, '-H', 'A: b\nHost: c'], 'control character'],
    [[url, '-A', 'a\r\nHost: c'], 'control character'],
  ])('%j are refused', (words, text) => {
    expect(() => read(...words)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(text) as unknown }),
    )
  })

  it('are told apart from each other by what curl does, whatever their order and shape', () => {
    const byName = new Map([...letters].map(([letter, name]) => [name, letter]))
    const text = fc.string({ minLength: 1, unit: 'grapheme-ascii' })
    const tricky = fc.constantFrom('-', '--', '-x', '--next', url, '@-', 'a b', '=', '-o--', '"\\')
    const option = fc
      .constantFrom(
        ...[...passedOn].filter(([name]) => !/^(url|request|tls-max|proto)$/.test(name)),
      )
      .chain(([name, kind]) =>
        kind === 'value'
          ? fc.oneof(text, tricky).map((value) => ({ name, value }))
          : fc.boolean().map((off) => ({ name: off && kind === 'switch' ? `no-${name}` : name })),
      )
    const spelt = fc.tuple(option, fc.nat(3)).map(([made, shape]): [CurlOption, string[]] => {
      const { name, value } = made as CurlOption
      const letter = byName.get(name)
      if (value === undefined) {
        return [made, [letter !== undefined && shape > 1 ? `-${letter}` : `--${name}`]]
      }
      if (letter === undefined || shape < 2) {
        return [made, shape === 0 ? [`--${name}=${value}`] : [`--${name}`, value]]
      }
      return [made, shape === 2 ? [`-${letter}`, value] : [`-${letter}${value}`]]
    })
    fc.assert(
      fc.property(fc.array(spelt), fc.nat(), (all, at) => {
        const place = at % (all.length + 1)
        const words = all.toSpliced(place, 0, [{ name: 'url' }, [url]]).flatMap(([, one]) => one)
        const read = readCurlArguments(words)
        expect(read.options).toEqual(all.map(([made]) => made))
        expect(read.urls.map(({ href }) => href)).toEqual([url])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe.skipIf(!requirePart('curl'))('what the installed curl is given', () => {
  const listed = requirePart('curl') ? listOptions() : []

  it('takes a value where its own help says so, and nowhere else', () => {
    expect(listed.length).toBeGreaterThan(200)
    const known = listed.flatMap(({ name, takesValue }) => {
      const kind = passedOn.get(name.replace(/^no-/, ''))
      return kind === undefined ? [] : [{ name, same: (kind === 'value') === takesValue }]
    })
    expect(known.filter(({ same }) => !same)).toEqual([])
    expect(known.length).toBeGreaterThan(80)
    // Since 8.10 curl calls -i by another name, and still knows this one.
    const lettered = listed.flatMap(({ letter, name }) =>
      letter === undefined ? [] : [`${letter} ${name.replace('show-headers', 'include')}`],
    )
    const ours = [...letters].map(([letter, name]) => `${letter} ${name}`)
    expect(ours.toSorted()).toEqual(lettered.toSorted())
  })

  it('is read by it as it was meant, whatever was typed', () => {
    const names = listed.map(({ name }) => name)
    const used = listed.flatMap(({ letter }) => letter ?? [])
    const place = fc.constantFrom('127.0.0.2:9/', 'http://127.0.0.2:9/', 'x', '-', '@-', '')
    const word = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...names).map((name) => `--${name}`) },
      fc.constantFrom(...names).map((name) => `--no-${name}`),
      fc.tuple(fc.constantFrom(...names), place).map(([name, value]) => `--${name}=${value}`),
      fc
        .tuple(fc.constantFrom(...names), fc.nat(9))
        .map(([name, size]) => `--${name.slice(0, size)}`),
      {
        weight: 3,
        arbitrary: fc
          .array(fc.constantFrom(...used), { maxLength: 3 })
          .map((all) => `-${all.join('')}`),
      },
      fc.tuple(fc.constantFrom(...used), place).map(([letter, value]) => `-${letter}${value}`),
      fc.constantFrom('--', '---', '-', url),
      place,
    )
    let taken = 0
    fc.assert(
      fc.property(fc.array(word, { maxLength: 5 }), (words) => {
        let asked
        try {
          asked = readCurlArguments([url, ...words])
        } catch (error) {
          return isToknError(error, 'usage')
        }
        taken++
        const newer = asked.options.some(
          ({ name }) =>
            !names.includes(name.replace(/^no-/, '')) &&
            !names.includes(`no-${name.replace(/^no-/, '')}`),
        )
        if (newer) return true
        const expected = asked.options.map(({ name, value }) => [name, value])
        expect(readAsCurl(writeOptions(asked.options), listed)).toEqual(expected)
        return asked.urls.every(({ protocol }) => /^https?:$/.test(protocol))
      }),
      { numRuns: 20_000 },
    )
    expect(taken).toBeGreaterThan(500)
  })
})

describe('standard input', () => {
  const options = (...words: readonly string[]) => readCurlArguments([...words, url]).options

  it.each([
    ['-d', '@-'],
    ['--data-binary', '@-'],
    ['--json', '@-'],
    ['--data-urlencode', 'name@-'],
    ['--url-query', '@-'],
    ['-T', '-'],
    ['-T', '.'],
    ['-F', 'file=@-'],
    ['-F', 'file=@-;type=text/plain'],
    ['-F', 'file=<-'],
    ['-F', 'file=@"-"'],
    ['-F', 'file=@ -'],
    ['-F', 'file=@a,-'],
    ['-b', '-'],
    ['-d', '@/dev/stdin'],
    ['-T', '/dev/fd/0'],
    ['-T', '/proc/self/fd/0'],
  ])('may be read for %s %s', (...words) => {
    expect(mayReadInput(options(...words))).toBe(true)
  })

  it.each([
    ['-d', 'a=b'],
    ['-o', '-'],
    ['-D', '-'],
    ['-d', 'a-b.c'],
    ['-F', 'file=@my-file.txt'],
    ['-H', 'X-Name: a-b'],
    ['-C', '-'],
    ['-r', '0-4'],
  ])('is not needed for %s %s', (...words) => {
    expect(mayReadInput(options(...words))).toBe(false)
  })
})
