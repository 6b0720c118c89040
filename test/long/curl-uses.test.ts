import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  linkCurl,
  openCurlWorld,
  type CurlWorld,
  type Place,
  type Seen,
} from '../support/curl-world.ts'
import { program } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { startCommand } from '../support/run.ts'

/** What a user types after `tokn curl PROFILE --`, and what comes of it. */
interface Use {
  readonly place?: Place
  /** `$API` is the address of the API. */
  readonly words: readonly string[]
  readonly input?: string
  /** Method and target of each request; the token in a query left out. */
  readonly requests: readonly string[]
  readonly headers?: Readonly<Record<string, string | RegExp | undefined>>
  readonly body?: string | RegExp
  readonly out?: string | RegExp
  readonly err?: RegExp
  readonly status?: number
  /** Files in the folder that the command runs in. */
  readonly files?: Readonly<Record<string, string | RegExp>>
}

const good = '{"ok":true}\n'
const form = 'application/x-www-form-urlencoded'

const uses: Readonly<Record<string, Use>> = {
  'a plain GET': { words: ['-s', '$API/x'], requests: ['GET /x'], out: good },
  'two URLs': {
    words: ['-s', '$API/1', '$API/2'],
    requests: ['GET /1', 'GET /2'],
    out: good + good,
  },
  'a URL by --url': { words: ['--silent', '--url', '$API/x'], requests: ['GET /x'], out: good },
  'a URL after --': { words: ['-s', '--', '$API/x'], requests: ['GET /x'], out: good },
  'a query of odd signs': {
    words: ['-s', '$API/x?a=[1]&b={2}&c=%20&d=e+f'],
    requests: ['GET /x?a=[1]&b={2}&c=%20&d=e+f'],
    out: good,
  },
  'a form': {
    words: ['-s', '-d', 'a=1', '--data', 'b=2', '$API/x'],
    requests: ['POST /x'],
    headers: { 'content-type': form },
    body: 'a=1&b=2',
  },
  'data from a file, attached to its letter': {
    words: ['-sd@in.txt', '$API/x'],
    requests: ['POST /x'],
    body: 'of the file',
  },
  'data with what looks like an option in it': {
    words: ['-s', '--data-raw', '--next -x @evil "quoted" \\n', '$API/x'],
    requests: ['POST /x'],
    body: '--next -x @evil "quoted" \\n',
  },
  'data of several lines': {
    words: ['-s', '--data-binary', 'one\ntwo\r\n\tthree', '$API/x'],
    requests: ['POST /x'],
    body: 'one\ntwo\r\n\tthree',
  },
  'data from standard input': {
    words: ['-s', '--data-binary', '@-', '$API/x'],
    input: 'typed\n',
    requests: ['POST /x'],
    body: 'typed\n',
  },
  JSON: {
    words: ['-s', '--json', '{"a":"é"}', '$API/x'],
    requests: ['POST /x'],
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: '{"a":"é"}',
  },
  'JSON from standard input, by = as curl 8.16 has it': {
    words: ['-s', '--json=@-', '$API/x'],
    input: '{"b":2}',
    requests: ['POST /x'],
    body: '{"b":2}',
  },
  'a form with a file': {
    words: ['-s', '-F', 'file=@in.txt;type=text/plain', '-F', 'name=x', '$API/x'],
    requests: ['POST /x'],
    headers: { 'content-type': undefined },
    body: /filename="in.txt"\r\nContent-Type: text\/plain\r\n\r\nof the file\r\n[\s\S]*name="name"\r\n\r\nx\r\n/,
  },
  'a form with a file from standard input': {
    words: ['-s', '-F', 'file=@-;filename=up.txt', '$API/x'],
    input: 'streamed',
    requests: ['POST /x'],
    body: /filename="up.txt"[\s\S]*\r\n\r\nstreamed\r\n/,
  },
  'data in the query': {
    words: ['-s', '-G', '-d', 'a=1', '--data-urlencode', 'b=c d&e', '$API/x?z=0'],
    requests: ['GET /x?z=0&a=1&b=c+d%26e'],
    body: '',
  },
  'data in the query, where the token is as well': {
    place: 'quer',
    words: ['-s', '-G', '--data-urlencode', 'b=c&d', '$API/x'],
    requests: ['GET /x?b=c%26d'],
  },
  'a method of its own': { words: ['-s', '-X', 'DELETE', '$API/x'], requests: ['DELETE /x'] },
  'a method, attached to a bundle': { words: ['-sSXPATCH', '$API/x'], requests: ['PATCH /x'] },
  HEAD: { words: ['-sI', '$API/x'], requests: ['HEAD /x'], out: /^HTTP\/1.1 200 OK\r\n/ },
  'headers of the answer': { words: ['-si', '$API/x'], requests: ['GET /x'], out: /etag: "v1"/i },
  'headers of the answer in a file': {
    words: ['-s', '-D', 'head.txt', '$API/x'],
    requests: ['GET /x'],
    files: { 'head.txt': /^HTTP\/1.1 200 OK/ },
  },
  'headers of its own': {
    words: ['-s', '-H', 'Accept: text/csv', '-HX-Mine:1', '-H', 'X-Empty;', '$API/x'],
    requests: ['GET /x'],
    headers: { accept: 'text/csv', 'x-mine': '1', 'x-empty': '' },
  },
  'headers from a file': {
    words: ['-s', '-H', '@headers.txt', '$API/x'],
    requests: ['GET /x'],
    headers: { 'x-first': 'a "b"', 'x-second': 'c\\d' },
  },
  'a user agent, a referrer and a range': {
    words: ['-s', '-A', 'me/1', '-e', 'https://a.example/', '-r', '2-4', '$API/range'],
    requests: ['GET /range'],
    headers: { 'user-agent': 'me/1', referer: 'https://a.example/', range: 'bytes=2-4' },
    out: 'cde',
  },
  'an upload': {
    words: ['-s', '-T', 'in.txt', '$API/x'],
    requests: ['PUT /x'],
    body: 'of the file',
  },
  'an upload under its own name': {
    words: ['-s', '-T', 'in.txt', '$API/dir/'],
    requests: ['PUT /dir/in.txt'],
    body: 'of the file',
  },
  'an upload under its own name, with the token in the query': {
    place: 'quer',
    words: ['-s', '-T', 'in.txt', '$API/dir/'],
    requests: ['PUT /dir/in.txt'],
  },
  'an upload from standard input': {
    words: ['-s', '-T', '-', '$API/x'],
    input: 'streamed',
    requests: ['PUT /x'],
    body: 'streamed',
  },
  'a file to write to': {
    words: ['-s', '-o', 'out.json', '$API/x'],
    requests: ['GET /x'],
    out: '',
    files: { 'out.json': good },
  },
  'a file for each URL': {
    words: ['-s', '-o', 'a', '$API/1', '$API/2', '-ob'],
    requests: ['GET /1', 'GET /2'],
    files: { a: good, b: good },
  },
  'a file by the name in the URL': {
    words: ['-sO', '$API/dir/by-name?x=1'],
    requests: ['GET /dir/by-name?x=1'],
    files: { 'by-name': good },
  },
  'a file by the name in the URL, with the token in the query': {
    place: 'quer',
    words: ['-s', '-O', '--output-dir', 'sub', '--create-dirs', '$API/dir/by-query?x=1'],
    requests: ['GET /dir/by-query?x=1'],
    files: { 'sub/by-query': good },
  },
  'files by the names in all URLs': {
    words: ['-s', '--remote-name-all', '$API/all-1', '$API/all-2'],
    requests: ['GET /all-1', 'GET /all-2'],
    files: { 'all-1': good, 'all-2': good },
  },
  'in parallel': {
    words: ['-sZ', '--parallel-max', '2', '-o', 'p1', '-o', 'p2', '$API/p', '$API/p'],
    requests: ['GET /p', 'GET /p'],
    // Its own meter, silent or not.
    err: /^(DL% UL%|$)/,
    files: { p1: good, p2: good },
  },
  'another try': {
    words: ['-s', '--retry', '2', '--retry-delay', '1', '$API/retry'],
    requests: ['GET /retry', 'GET /retry'],
    out: good,
  },
  'an answer that is compressed': {
    words: ['-s', '--compressed', '$API/x'],
    requests: ['GET /x'],
    headers: { 'accept-encoding': /gzip/ },
  },
  'time limits': {
    words: ['-s', '-m', '0.5', '--connect-timeout', '5', '$API/slow'],
    requests: ['GET /slow'],
    status: 28,
  },
  'the status': {
    words: [
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code} %{method} %{size_download}\\n',
      '$API/status/404',
    ],
    requests: ['GET /status/404'],
    out: '404 GET 8\n',
  },
  'the address, where the token is in a header': {
    words: ['-s', '-o', '/dev/null', '-w', '%{url_effective}', '$API/x'],
    requests: ['GET /x'],
    out: /^http:\/\/127.0.0.1:\d+\/x$/,
  },
  'a format from a file': {
    words: ['-s', '-o', '/dev/null', '-w', '@format.txt', '$API/x'],
    requests: ['GET /x'],
    out: '200:GET',
  },
  'failing on an error': {
    words: ['-sSf', '$API/status/403'],
    requests: ['GET /status/403'],
    status: 22,
    out: '',
    err: /^curl: \(22\) The requested URL returned error: 403/,
  },
  'failing on an error, with the answer': {
    words: ['-s', '--fail-with-body', '$API/status/500'],
    requests: ['GET /status/500'],
    status: 22,
    out: 'refused\n',
  },
  'cookies, kept and given': {
    words: ['-s', '-b', 'a=b', '-c', 'jar', '$API/cookie', '$API/after'],
    requests: ['GET /cookie', 'GET /after'],
    headers: { cookie: 'mine=1; a=b' },
    files: { jar: /\tmine\t1/ },
  },
  'cookies beside a token that is one': {
    place: 'cook',
    words: ['-s', '-b', 'a=b', '-c', 'jar2', '$API/x'],
    requests: ['GET /x'],
    headers: { cookie: /^session=\S+; a=b$/ },
    files: { jar2: /^# Netscape/ },
  },
  'values that curl takes as a separate word alone': {
    words: [
      '-s',
      '--tls-max',
      '1.3',
      '--expect100-timeout',
      '1',
      '--keepalive-time',
      '9',
      '$API/x',
    ],
    requests: ['GET /x'],
    out: good,
  },
  'options that begin with no-': {
    words: ['-sN', '--no-keepalive', '--no-progress-meter', '--no-sessionid', '$API/x'],
    requests: ['GET /x'],
    out: good,
  },
  'a version of HTTP': {
    words: ['-s', '--http1.0', '-4', '-w', '%{http_version}', '$API/x'],
    requests: ['GET /x'],
    out: /1(\.[01])?$/,
  },
  'an entity tag, kept and compared': {
    words: ['-s', '--etag-save', 'tag', '--etag-compare', 'tag-before', '$API/x'],
    requests: ['GET /x'],
    headers: { 'if-none-match': '"v0"' },
    files: { tag: '"v1"\n' },
  },
  'a redirect, which is shown and not followed': {
    words: ['-s', '-w', '%{http_code} %{redirect_url}', '$API/redirect/http%3A%2F%2Fa.example%2F'],
    requests: ['GET /redirect/http%3A%2F%2Fa.example%2F'],
    out: '302 http://a.example/',
  },
}

describe.skipIf(!requirePart('curl'))('tokn curl does what curl does:', () => {
  let world: CurlWorld
  beforeAll(async () => {
    world = await openCurlWorld()
    const files = {
      'in.txt': 'of the file',
      'headers.txt': 'X-First: a "b"\r\nX-Second: c\\d\n',
      'format.txt': '%{http_code}:\n%{method}\n',
      'tag-before': '"v0"\n',
    }
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(world.home.work, name), text)
  })
  afterAll(() => world.close())

  for (const [name, use] of Object.entries(uses)) {
    test(`${name}`, async () => {
      const { place = 'head', words, requests, input, status = 0, headers = {}, body } = use
      const before = world.api.seen.length
      const said = words.map((word) => word.replace('$API', world.api.origin))
      const ended = await world.curl(place, said, { input })
      const seen = world.api.seen.slice(before)

      expect(ended.status, ended.err).toBe(status)
      expect(seen.map((one) => `${one.method} ${withoutToken(one, world.token)}`)).toEqual(requests)
      for (const one of seen) expect(tokensIn(one, world.token)).toEqual([place])
      const last = seen.at(-1)
      for (const [header, value] of Object.entries(headers)) {
        if (value !== undefined) expect(last?.headers[header]).toEqual(like(value))
      }
      if (body !== undefined) expect(last?.body.toString()).toEqual(like(body))
      if (use.out !== undefined) expect(ended.out).toEqual(like(use.out))
      expect(ended.err).toEqual(like(use.err ?? ''))
      for (const [file, content] of Object.entries(use.files ?? {})) {
        expect(readFileSync(join(world.home.work, file), 'utf8')).toEqual(like(content))
      }
    })
  }

  test('without mkfifo, where curl needs no standard input', async () => {
    const bare = { home: world.home, env: { PATH: linkCurl(world.home) } }
    const node = [process.execPath, program, 'curl', 'head', '--', '-s']
    const url = `${world.api.origin}/x`
    expect(await startCommand([...node, '-o', '-', url], bare).ended).toEqual({
      status: 0,
      out: good,
      err: '',
    })
    const reading = [...node, '-d', '@-', url]
    const refused = await startCommand(reading, { ...bare, input: 'x' }).ended
    expect(refused).toMatchObject({ status: 2, out: '' })
    expect(refused.err).toContain('let the program read a file instead of standard input')
  })

  test('and says so where there is no curl, or one that does not start', async () => {
    const bin = mkdtempSync(join(world.home.path, 'bin-'))
    const line = [process.execPath, program, 'curl', 'head', '--', `${world.api.origin}/x`]
    const options = { home: world.home, env: { PATH: bin } }
    expect(await startCommand(line, options).ended).toEqual({
      status: 127,
      out: '',
      err: 'tokn: error: there is no program "curl"\ntokn: hint: check its name and the PATH: command -v curl\n',
    })
    writeFileSync(join(bin, 'curl'), 'nothing that runs', { mode: 0o644 })
    expect(await startCommand(line, options).ended).toEqual({
      status: 126,
      out: '',
      err: 'tokn: error: the program "curl" cannot be executed: permission denied\ntokn: hint: it must be a file with the permission to be executed: chmod +x FILE\n',
    })
  })

  test('leaves nothing behind in the folder for temporary files', () => {
    expect(readdirSync(join(world.home.path, 'tmp'))).toEqual([])
  })
})

function like(expected: string | RegExp): unknown {
  return typeof expected === 'string' ? expected : expect.stringMatching(expected)
}

function withoutToken({ target }: Seen, token: string): string {
  return target
    .replace(`oauth_token=${token}`, '')
    .replace(/[?&]$/, '')
    .replace(/([?&])&/, '$1')
}

/** In which ways the token came. */
function tokensIn({ target, headers, body }: Seen, token: string): readonly string[] {
  return [
    ...(headers['x-token'] === token ? ['head'] : []),
    ...(headers.authorization === `Bearer ${token}` ? ['bear'] : []),
    ...(target.includes(`oauth_token=${token}`) ? ['quer'] : []),
    ...(headers.cookie?.includes(`session=${token}`) === true ? ['cook'] : []),
    ...(body.includes(token) ? ['body'] : []),
  ]
}
