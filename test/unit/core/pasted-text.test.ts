import { describe, expect, it } from 'vitest'
import { isToknError } from '../../../src/core/errors.ts'
import { readPastedText } from '../../../src/core/pasted-text.ts'
import type { Attachment } from '../../../src/core/token.ts'

const bearer: Attachment = { headers: { Authorization: 'Bearer {access}' } }
const own: Attachment = { headers: { 'Access-Token': '{access}' } }
const query: Attachment = { query: { oauth_provider: 'mcs', oauth_token: '{access}' } }
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3MDAwMDAwMDB9.c2ln'
const json = '{"access_token":"s3cret-abc","refresh_token":"r3fresh"}'

const quotes = 'the quotes around it'
const before = (label: string) => `"${label}" before it`

type Taken = readonly [text: string, as: string, removed?: readonly string[], by?: Attachment]

describe('what was pasted for a token', () => {
  const tokens: readonly Taken[] = [
    ['s3cret-abc', 's3cret-abc'],
    ['  s3cret-abc \t\r\n\n', 's3cret-abc'],
    ['\ufeffs3cret-abc', 's3cret-abc'],
    ['\u00a0s3cret-abc\u00a0', 's3cret-abc'],
    [jwt, jwt],
    ['YWJjZA==', 'YWJjZA=='],
    ['key:s3cret-abc', 'key:s3cret-abc'],
    ['Bearer-s3cret', 'Bearer-s3cret'],
    ['Bearers3cret', 'Bearers3cret'],
    ['/abc+def/', '/abc+def/'],
    ['"s3cret-abc"', 's3cret-abc', [quotes]],
    ["'s3cret-abc'", 's3cret-abc', [quotes]],
    ['`s3cret-abc`', 's3cret-abc', [quotes]],
    ['\u201cs3cret-abc\u201d', 's3cret-abc', [quotes]],
    ['\u00abs3cret-abc\u00bb', 's3cret-abc', [quotes]],
    ['" s3cret-abc "', 's3cret-abc', [quotes]],
    ['Bearer s3cret-abc', 's3cret-abc', [before('Bearer')]],
    ['bearer   s3cret-abc', 's3cret-abc', [before('bearer')]],
    ['Bearer s3cret-abc', 's3cret-abc', [before('Bearer')], own],
    ['Authorization: Bearer s3cret-abc', 's3cret-abc', [before('Authorization: Bearer')]],
    ['authorization:Bearer s3cret-abc', 's3cret-abc', [before('authorization:Bearer')]],
    ['Authorization: s3cret-abc', 's3cret-abc', [before('Authorization:')]],
    ['"Authorization: Bearer s3cret-abc"', 's3cret-abc', [quotes, before('Authorization: Bearer')]],
    ['Authorization: "s3cret-abc"', 's3cret-abc', [before('Authorization:')]],
    ['Access-Token: s3cret-abc', 's3cret-abc', [before('Access-Token:')], own],
    ['access-token:s3cret-abc', 's3cret-abc', [before('access-token:')], own],
    ['oauth_token=s3cret-abc', 's3cret-abc', [before('oauth_token=')], query],
    [`Bearer ${jwt}`, jwt, [before('Bearer')]],
  ]
  it.each(tokens.map((row) => [row[0], row] as const))('is a token: %j', (_, row) => {
    const [text, as, removed = [], by = bearer] = row
    const found = readPastedText(text, by, 'a token')
    expect('access' in found && found.access.reveal()).toBe(as)
    expect(found.removed).toEqual(removed)
  })

  it.each([
    [json, json],
    [` \n${json}\n\n`, json],
    [`'${json}'`, json],
    ['{\n  "payload": {}\n}', '{\n  "payload": {}\n}'],
    ['{"cut": ', '{"cut":'],
    ['{{token}}', '{{token}}'],
  ])('is a document, for its provider to read: %j', (text, as) => {
    const found = readPastedText(text, bearer, 'a token')
    expect('reply' in found && found.reply.reveal()).toBe(as)
  })

  const pem = '-----BEGIN PRIVATE KEY-----\ns3cret-abc\n-----END PRIVATE KEY-----'
  type Refused = readonly [text: string, problem: string, by?: Attachment]
  const refused: readonly Refused[] = [
    ['', 'a token is empty'],
    [' \n ', 'a token is empty'],
    [pem, 'is a key or a certificate'],
    ['<!doctype html><title>s3cret-abc</title>', 'is a page or markup'],
    ['<token>', 'is a page or markup'],
    ["curl -H 'Authorization: Bearer s3cret-abc' https://x.example", 'is a command line'],
    ['$ curl https://x.example/s3cret-abc', 'is a command line'],
    ['export TOKEN=s3cret-abc', 'is a command line'],
    ['tokn token web', 'is a command line'],
    ['s3cret-abc\ns3cret-abc', 'has several lines'],
    ['HTTP/1.1 200 OK\r\nAccess-Token: s3cret-abc', 'has several lines', own],
    ['```\ns3cret-abc\n```', 'has several lines'],
    ['["s3cret-abc"]', 'is a list, or JSON without an object'],
    ['[secret]', 'is a list, or JSON without an object'],
    ['https://x.example/?oauth_token=s3cret-abc', 'is a URL', query],
    ['"s3cret-abc', 'has quotes in it'],
    ['s3cret-abc"', 'has quotes in it'],
    ['""s3cret-abc""', 'has quotes in it'],
    ['"access_token":"s3cret-abc"', 'has quotes in it'],
    ['"access_token":"s3cret-abc",', 'has quotes in it'],
    ['""', 'has quotes in it'],
    ['"', 'has quotes in it'],
    ['undefined', 'is the word for nothing'],
    ['null', 'is the word for nothing'],
    ['None', 'is the word for nothing'],
    ['"null"', 'is the word for nothing'],
    ['true', 'is a word for yes or no'],
    ['False', 'is a word for yes or no'],
    ['Bearer', 'is what stands before a token, without one'],
    ['Bearer ', 'is what stands before a token, without one'],
    ['"bearer "', 'is what stands before a token, without one'],
    ['Bearer bearer', 'is what stands before a token, without one'],
    ['Authorization:', 'is what stands before a token, without one'],
    ['Authorization : Bearer', 'is what stands before a token, without one'],
    ['Authorization: "Bearer "', 'is what stands before a token, without one'],
    ['Access-Token: ', 'is what stands before a token, without one', own],
    ['oauth_token=', 'is what stands before a token, without one', query],
    ['$TOKEN', 'stands for a token and is none'],
    ['${TOKEN}', 'stands for a token and is none'],
    ['%TOKEN%', 'stands for a token and is none'],
    ['********', 'stands for a token and is none'],
    ['...', 'stands for a token and is none'],
    ['TOKN_TOKEN=s3cret-abc', 'is a variable with its value'],
    ['token=s3cret-abc', 'is a variable with its value'],
    ['Basic dXNlcjpzZWNyZXQ=', 'has blanks in it'],
    ['Authorization: Basic s3cret-abc', 'has blanks in it'],
    ['X-Other: s3cret-abc', 'has blanks in it'],
    ['with a blank', 'has blanks in it'],
    ['eyJhbGci...s3cret-abc', 'is cut short, or cut out of something'],
    ['eyJhbGci\u2026', 'is cut short, or cut out of something'],
    ['s3cret-abc,', 'is cut short, or cut out of something'],
    ['s3cret-\u200babc', 'line breaks'],
    ['s3cret-\u0430bc', 'line breaks'],
    ['s3cret\u0000abc', 'line breaks'],
    ['\u001b[200~s3cret-abc\u001b[201~', 'line breaks'],
    ['a'.repeat(16_385), 'too long'],
  ]
  it.each(refused.map((row) => [row[0], row] as const))('is no token: %j', (_, row) => {
    const [text, problem, by = bearer] = row
    const error = outcome(() => readPastedText(text, by, 'a token'))
    expect(error).toMatchObject({ code: 'usage' })
    expect(isToknError(error) && error.message).toContain(problem)
    expect(isToknError(error) && `${error.message} ${error.hint}`).not.toMatch(/s3cret|dXNl/)
  })
})

function outcome(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
