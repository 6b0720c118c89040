import { describe, expect, it } from 'vitest'
import { originsNamedBy } from '../../../src/core/target.ts'

describe('a URL names an origin where it is spelled as origins are kept', () => {
  it.each([
    ['https://h.example', 'https://h.example'],
    ['https://h.example/', 'https://h.example'],
    ['https://h.example/a/b?c=d#e', 'https://h.example'],
    ['https://h.example?x', 'https://h.example'],
    ['https://h.example#x', 'https://h.example'],
    ['https://h.example:443', 'https://h.example'],
    ['https://h.example:443/simple/', 'https://h.example'],
    ['https://h.example:8443/x', 'https://h.example:8443'],
    ['https://h.example:80', 'https://h.example:80'],
    ['https://h.example/a@b', 'https://h.example'],
    ['https://h.example/../x', 'https://h.example'],
    ['https://h.example/%2e%2e/%00', 'https://h.example'],
    ['https://xn--mnchen-3ya.example/', 'https://xn--mnchen-3ya.example'],
    ['https://192.0.2.1:8443', 'https://192.0.2.1:8443'],
    ['https://[2001:db8::1]', 'https://[2001:db8::1]'],
    ['https://[::1]:8443/', 'https://[::1]:8443'],
    ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
    ['http://127.9.9.9/', 'http://127.9.9.9'],
    ['http://127.0.0.1:80/', 'http://127.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
  ])('%s', (url, origin) => {
    expect(originsNamedBy({ kind: 'url', url })).toEqual([origin])
  })

  it.each([
    ...[
      '',
      'h.example',
      '//h.example',
      'https:h.example',
      'https:/h.example',
      'https:///h.example',
    ],
    ...['HTTPS://h.example', 'Https://h.example', 'https://H.example', 'https://h.EXAMPLE/'],
    ...[
      'https://user@h.example',
      'https://user:pw@h.example/',
      'https://@h.example',
      'https://:@h.example',
    ],
    ...[
      'https://h.example@evil.example',
      'https://h.example\\@evil.example',
      'https://evil.example\\.h.example',
    ],
    ...[
      'https://h.example\\',
      'https://h.example/\\..',
      'https://h.example/ x',
      ' https://h.example',
    ],
    ...[
      'https://h.example/\n',
      'https://h.example\n.evil.example',
      'https://h.exa\tmple',
      'https://h.example/\u0000',
    ],
    ...[
      'https://h.example:',
      'https://h.example:0443',
      'https://h.example:00443',
      'https://h.example:+443',
    ],
    ...[
      'https://h.example:443443',
      'https://h.example:65536',
      'https://h.example:443:443',
      'https://h.example:x',
    ],
    ...[
      'https://münchen.example',
      'https://h。example',
      'https://ｈ.example',
      'https://h%2eexample',
      'https://h.exam%70le',
    ],
    ...[
      'https://0x7f.1',
      'https://2130706433',
      'https://127.1',
      'https://010.0.0.1',
      'https://1.2.3',
    ],
    ...[
      'https://[::0:1]',
      'https://[0:0:0:0:0:0:0:1]',
      'https://[::FFFF]',
      'https://[::1',
      'https://::1',
    ],
    ...[
      'https://[::ffff:127.0.0.1]',
      'https://[fe80::1%25eth0]',
      'https://[]',
      'https://[::1]x',
      'https://[::1]:',
    ],
    ...[
      'http://h.example',
      'http://192.0.2.1',
      'http://127.0.0.1.example',
      'http://localhost.example',
      'http://0.0.0.0',
    ],
    ...[
      'http://127.0.0.1:0x50',
      'http://LOCALHOST',
      'http://localhost.',
      'http://[::]',
      'http://128.0.0.1',
    ],
    ...[
      'ftp://h.example',
      'ssh://h.example',
      'file:///etc/passwd',
      'wss://h.example',
      'javascript:1',
      'git@h.example:x',
    ],
    ...[`https://h.example/${'a'.repeat(8_192)}`, `https://${'a.'.repeat(5_000)}example`],
  ])('not %j', (url) => {
    expect(originsNamedBy({ kind: 'url', url })).toEqual([])
  })

  it('a dot behind the name is another name', () => {
    expect(originsNamedBy({ kind: 'url', url: 'https://h.example.' })).toEqual([
      'https://h.example.',
    ])
  })
})

describe('a host means https, or this very machine', () => {
  it.each([
    ['h.example', ['https://h.example']],
    ['h.example:443', ['https://h.example']],
    ['h.example:8443', ['https://h.example:8443']],
    ['h.example:80', ['https://h.example:80']],
    ['127.0.0.1:5000', ['https://127.0.0.1:5000', 'http://127.0.0.1:5000']],
    ['127.0.0.1:80', ['https://127.0.0.1:80', 'http://127.0.0.1']],
    ['127.0.0.1', ['https://127.0.0.1']],
    ['localhost:5000', ['https://localhost:5000', 'http://localhost:5000']],
    ['[::1]:5000', ['https://[::1]:5000', 'http://[::1]:5000']],
    ['[::1]', ['https://[::1]']],
  ])('%s', (host, origins) => {
    expect(originsNamedBy({ kind: 'host', host })).toEqual(origins)
  })

  it.each([
    ...[
      '',
      ':443',
      'H.example',
      'user@h.example',
      'h.example/',
      'h.example/x',
      'h.example\\x',
      'h.example?x',
    ],
    ...[
      'h.example#x',
      'https://h.example',
      'h.example:',
      'h.example:0443',
      'h.example:65536',
      'h example',
    ],
    ...[
      'h.example\n',
      '::1',
      '::1:5000',
      '[::1',
      'münchen.example',
      '127.1',
      '0x7f000001',
      '*.example',
      '*',
    ],
  ])('not %j', (host) => {
    const found = originsNamedBy({ kind: 'host', host })
    // A star is a name like any other, and no origin that is kept has one.
    expect(found.filter((origin) => !origin.includes('*'))).toEqual([])
  })
})
