import { describe, expect, it } from 'vitest'
import { readCurlArguments } from '../../../src/commands/curl/arguments.ts'
import {
  mayRepeat,
  printsElsewhere,
  printsHead,
  replyOf,
} from '../../../src/commands/curl/replies.ts'

const read = (line: string) => readCurlArguments(line.split(' '))

describe('a request of curl', () => {
  it.each([
    ['https://a.example/', true],
    ['-d a=b https://a.example/', true],
    ['-F file=@car.jpg https://a.example/', true],
    ['-T car.jpg https://a.example/', true],
    ['-d @- https://a.example/', false],
    ['-T - https://a.example/', false],
    ['-F file=@/dev/fd/63 https://a.example/', false],
    ['-H @- https://a.example/', false],
    ['https://a.example/ https://a.example/', false],
    ['-C - -o file https://a.example/', false],
    ['--no-clobber -o file https://a.example/', false],
    ['-OJ https://a.example/x', false],
  ])('can be made twice: %s: %s', (line, can) => {
    expect(mayRepeat(read(line))).toBe(can)
  })

  it('prints heads and bodies where it is told to', () => {
    const { options } = read('-i https://a.example/')
    expect([printsHead(options), printsElsewhere(options)]).toEqual([true, false])
    for (const line of ['-o f', '-O', '-I']) {
      expect(printsElsewhere(read(`${line} https://a.example/x`).options)).toBe(true)
    }
    expect(printsElsewhere(read('-o - https://a.example/x').options)).toBe(false)
  })
})

describe('the head of an answer', () => {
  it.each([
    [
      'HTTP/1.1 200 OK\r\nDate: now\r\nX: a:b',
      200,
      [
        ['date', 'now'],
        ['x', 'a:b'],
      ],
    ],
    ['HTTP/2 401 \r\nwww-authenticate: Bearer', 401, [['www-authenticate', 'Bearer']]],
    ['HTTP/1.1 204\nnonsense\n: nothing', 204, []],
  ])('is read: %j', (head, status, headers) => {
    expect(replyOf(head)).toEqual({ status, headers, body: undefined })
  })
})
