import { describe, expect, test } from 'vitest'
import { readAddress } from '../../../src/stores/etcd/address.ts'

const read = (text: string) => readAddress(new URL(text))

describe('the address of an etcd', () => {
  test.each([
    ['etcds://etcd.example', ['https://etcd.example:2379'], '/tokn/'],
    [
      'etcds://a,b,c:2380/teams/ci/',
      ['https://a:2380', 'https://b:2380', 'https://c:2380'],
      '/teams/ci/',
    ],
    [
      'etcds://a?endpoint=b:2380&endpoint=c',
      ['https://a:2379', 'https://b:2380', 'https://c:2379'],
      '/tokn/',
    ],
    ['etcds:///x?endpoint=[2001:db8::1]:2380', ['https://[2001:db8::1]:2380'], '/x/'],
    ['etcd://127.0.0.1,127.0.0.2:1', ['http://127.0.0.1:1', 'http://127.0.0.2:1'], '/tokn/'],
    ['etcd://[::1]', ['http://[::1]:2379'], '/tokn/'],
    ['etcd://127.1.2.3:2379//', ['http://127.1.2.3:2379'], '/tokn/'],
  ])('%s', (text, members, prefix) => {
    expect(read(text)).toMatchObject({ members, prefix, user: undefined, password: undefined })
  })

  test('has a user, a password, and files of a client certificate', () => {
    expect(read('etcds://a%40b:c%2Fd@host?cert=/c.pem&key=/k.pem')).toMatchObject({
      user: 'a@b',
      password: 'c/d',
      certificate: '/c.pem',
      key: '/k.pem',
    })
  })

  test.each([
    ['etcd://etcd.example', 'without TLS'],
    ['etcd://10.0.0.1:2379', 'without TLS'],
    ['etcd://localhost:2379', 'without TLS'],
    ['etcd://127.0.0.1.example', 'without TLS'],
    ['etcd://127.0.0.1?endpoint=10.0.0.1:2379', 'without TLS'],
    ['etcds:///x', 'names no host'],
    ['etcds://a?tls=no', 'a setting that tokn does not know: tls'],
    ['etcds://a?endpoint=b/c', 'not one that can be used'],
    ['etcds://a?endpoint=u:p@b:1', 'not one that can be used'],
    ['etcds://a,,b', 'not one that can be used'],
    ['etcds://a/%zz', 'not one that can be used'],
  ])('%s is refused: %s', (text, why) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }),
    )
  })
})
