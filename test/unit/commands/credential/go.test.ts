import { describe, expect, test } from 'vitest'
import { goProtocol } from '../../../../src/commands/credential/go.ts'
import { act, loggedOut, otherWays, tokenOf, type Scene } from './build-world.ts'

/**
 * Reads what a command of GOAUTH prints, as `go` does (cmd/go/internal/auth, userauth.go): blocks of
 * URLs, an empty line, headers, an empty line. Throws for anything else.
 */
function readAnswer(text: string): Readonly<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = {}
  let rest = text
  while (rest !== '') {
    const urls = takeBlock().map((line) => new URL(line).href)
    const headers = takeBlock()
    for (const line of headers) {
      if (!/^[!-9;-~]+: [\t -~]+$/.test(line)) throw new Error('no header')
    }
    for (const url of urls) all[url.replace(/^https:\/\//, '').replace(/\/$/, '')] = headers
  }
  return all

  function takeBlock(): readonly string[] {
    const lines: string[] = []
    for (;;) {
      const end = rest.indexOf('\n')
      if (end < 0) throw new Error('no empty line')
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      if (line === '') return lines
      lines.push(line)
    }
  }
}

/** The cases that the tests of go publish for its parser: what one has to be like, and what not. */
describe('the reader of these tests', () => {
  const basic = 'Authorization: Basic YWxhZGRpbjpvcGVuc2VzYW1l'
  test.each([
    ['nothing', '', {}],
    ['no headers', 'https://example.com\n\n\n', { 'example.com': [] }],
    ['one of each', `https://example.com\n\n${basic}\n\n`, { 'example.com': [basic] }],
    [
      'several blocks',
      `https://example.com\n\n${basic}\n${basic}\n\nhttps://hello.com\n\n${basic}\nData: Test\n\n`,
      { 'example.com': [basic, basic], 'hello.com': [basic, 'Data: Test'] },
    ],
    [
      'the later of two blocks for one URL',
      `https://example.com\n\n${basic}\n\nhttps://example.com\n\nData: Test\n\n`,
      { 'example.com': ['Data: Test'] },
    ],
  ])('reads %s', (_, text, read) => {
    expect(readAnswer(text)).toEqual(read)
  })

  test.each([
    ['no empty line after the URLs', `https://example.com\n${basic}\n\n`],
    ['no URL', `${basic}\n\n`],
    ['the wrong order', `${basic}\n\nhttps://example.com\n\n`],
    ['no headers and no empty line', 'https://example.com\n'],
    ['no second empty line', 'https://example.com\n\n'],
    ['no empty line between blocks', `https://example.com\n\n${basic}\nhttps://hello.com\n\n`],
    ['a header that goes on', `https://example.com\n\n${basic}\n ${basic}\n`],
    ['two empty lines after the URLs', `https://example.com\n\n\n${basic}\n`],
  ])('refuses %s', (_, text) => {
    expect(() => readAnswer(text)).toThrow(/^no |Invalid URL/)
  })
})

async function go(more: Scene = {}) {
  return await act(goProtocol, more)
}

const url = 'https://packages.example/mod/@v/list'
const bearer = ['Authorization: Bearer abc.def']

function refusal(status: string, ...headers: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, ...headers, '', ''].join('\n')
}

describe('what go is given', () => {
  test('before the first request, for all that the profile answers for', async () => {
    const origins = ['https://login.example', 'http://127.0.0.1:80', 'https://api.example:8443']
    const { status, out, asked } = await go({ give: () => tokenOf({ origins }) })
    expect(status).toBe(0)
    expect(out).toBe(
      `https://login.example\nhttps://api.example:8443\n\nAuthorization: Bearer abc.def\n\n`,
    )
    expect(readAnswer(out)).toEqual({ 'login.example': bearer, 'api.example:8443': bearer })
    expect(asked).toEqual([{}])
  })

  test('for a URL, which is what a 404 is asked again with', async () => {
    const { out, asked, rejected } = await go({ operands: [url], input: refusal('404 Not Found') })
    expect(readAnswer(out)).toEqual({ 'packages.example': bearer })
    expect(asked).toEqual([{ target: { kind: 'url', url } }])
    expect(rejected).toEqual([])
  })

  test('in any header, and as many as it takes', async () => {
    const attach = { headers: { 'X-Forensic-Access-Token': '{access}', 'X-Client': 'c' } }
    const { out } = await go({ give: () => tokenOf({ attach }) })
    const lines = ['X-Forensic-Access-Token: abc.def', 'X-Client: c']
    expect(readAnswer(out)).toEqual({ 'packages.example': lines })
  })

  test('nothing for the URL of nobody, and no error, so that it looks elsewhere', async () => {
    const operands = ['https://elsewhere.example/mod']
    const input = refusal('401 Unauthorized')
    const { status, out, rejected } = await go({ operands, input })
    expect({ status, out, rejected }).toEqual({ status: 0, out: '', rejected: [] })
    expect(readAnswer(out)).toEqual({})
  })

  test('nothing where all that the profile answers for is this machine', async () => {
    const give = () => tokenOf({ origins: ['http://127.0.0.1:8080'] })
    expect(await go({ give })).toMatchObject({ status: 0, out: '' })
  })

  test('nothing for a URL of this machine at http, and a line that says why', async () => {
    const at = 'http://127.0.0.1:8080/mod'
    const give = () => tokenOf({ origins: ['http://127.0.0.1:8080'] })
    const ended = await go({ operands: [at], input: refusal('404 Not Found'), give })
    const said = ['go is given nothing for http://127.0.0.1:8080: GOAUTH takes https URLs alone']
    expect(ended).toMatchObject({ status: 0, out: '', said })
  })

  test('an error where the session has ended, which go shows with -x', async () => {
    expect(await go({ give: loggedOut })).toMatchObject({ status: 4, out: '' })
  })

  test.each(otherWays.filter(([what]) => !/^(?:a header of|two)/.test(what)))(
    'an error for a token that travels in %s',
    async (_, attach) => {
      const ended = await go({ give: () => tokenOf({ attach }) })
      expect(ended).toMatchObject({ status: 5, out: '' })
    },
  )

  test('an error for two URLs', async () => {
    expect(await go({ operands: [url, url] })).toMatchObject({ status: 2, out: '' })
  })
})

describe('a token that a server has refused', () => {
  const late = 'Date: Thu, 26 Nov 2026 19:30:00 GMT'

  test.each([
    ['', refusal('401 Unauthorized', late)],
    [' over HTTP/2', refusal('401 Unauthorized', late).replace('/1.1', '/2.0')],
  ])('is no longer good%s', async (_, input) => {
    const { rejected, out } = await go({ operands: [url], input })
    expect(rejected).toEqual([[{ target: { kind: 'url', url } }, 'abc.def']])
    expect(readAnswer(out)).toEqual({ 'packages.example': bearer })
  })

  test.each([
    ['another status', refusal('403 Forbidden', late)],
    ['a status that begins like it', refusal('4010 Odd', late)],
    ['nothing', ''],
    ['a body that speaks of it', refusal('404 Not Found', 'X: HTTP/1.1 401')],
    ['the token was made meanwhile', refusal('401 No', 'Date: Thu, 26 Nov 2026 18:59:59 GMT')],
    ['nothing of when', refusal('401 Unauthorized')],
    ['a date that is none', refusal('401 Unauthorized', 'Date: soon')],
    ['the token was only just made', refusal('401 No', 'Date: Thu, 26 Nov 2026 19:00:30 GMT')],
  ])('is kept where there is %s', async (_, input) => {
    const { rejected, out } = await go({ operands: [url], input })
    expect(rejected).toEqual([])
    expect(readAnswer(out)).toEqual({ 'packages.example': bearer })
  })

  test('is kept where another profile answers without a URL: it was not sent', async () => {
    const first = tokenOf({ origins: ['https://packages.example.evil'] })
    const { rejected, out } = await go({
      operands: [url],
      input: refusal('401 Unauthorized', late),
      give: ({ target }) => (target === undefined ? first : tokenOf()),
    })
    expect(rejected).toEqual([])
    expect(readAnswer(out)).toEqual({ 'packages.example': bearer })
  })

  test('is kept where none was given without a URL', async () => {
    const { status, rejected, out } = await go({
      operands: [url],
      input: refusal('401 Unauthorized', late),
      give: ({ target }) => (target === undefined ? loggedOut() : tokenOf()),
    })
    expect({ status, rejected }).toEqual({ status: 0, rejected: [] })
    expect(readAnswer(out)).toEqual({ 'packages.example': bearer })
  })
})
