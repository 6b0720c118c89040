import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { EngineOptions } from '../../../../src/core/shared-engine.ts'
import { describeAddress, readAddress } from '../../../../src/stores/postgres/address.ts'
import { findPassword } from '../../../../src/stores/postgres/password.ts'
import { explainFailure } from '../../../../src/stores/postgres/failures.ts'
import { plainOptions } from '../../../contract/engine-cases.ts'

const options = (url: string, environment: EngineOptions['environment'] = {}): EngineOptions => ({
  ...plainOptions,
  url: new URL(url),
  environment,
})
const read = (url: string, environment = {}) => readAddress(options(url, environment))
const refused = (url: string, environment = {}) => {
  try {
    read(url, environment)
  } catch (error) {
    return error
  }
  throw new Error(`not refused: ${url}`)
}

describe('the address of a PostgreSQL', () => {
  it('is read as libpq reads it', () => {
    expect(read('postgres://me:secret@db.example/store')).toEqual({
      ...{ host: 'db.example', port: 5_432, database: 'store', user: 'me' },
      ...{ tls: true, application: 'tokn' },
    })
    expect(read('postgresql://me@db.example:5433')).toMatchObject({ port: 5_433, database: 'me' })
    expect(read('postgres://a%40b@h/d%2Fe')).toMatchObject({ user: 'a@b', database: 'd/e' })
    expect(read('postgres:///d?host=/run/pg&user=me&port=1')).toMatchObject({
      ...{ host: '/run/pg', port: 1, database: 'd', user: 'me', tls: false },
    })
    expect(read('postgres://me@%2Frun%2Fpg/d')).toMatchObject({ host: '/run/pg' })
    const variables = { PGHOST: 'h', PGPORT: '7', PGUSER: 'u', PGDATABASE: 'd' }
    expect(read('postgres://', variables)).toMatchObject({
      ...{ host: 'h', port: 7, user: 'u', database: 'd' },
    })
    expect(read('postgres://', { USER: 'u' })).toMatchObject({ host: '/var/run/postgresql' })
  })

  it('shows no password', () => {
    const text = describeAddress(read('postgres://me:secret@[2001:db8::1]:5/d'))
    expect(text).toBe('PostgreSQL at [2001:db8::1]:5/d')
  })

  it.each([
    ['127.0.0.1', undefined, false],
    ['127.9.9.9', 'prefer', false],
    ['[::1]', 'disable', false],
    ['127.0.0.1', 'verify-full', true],
    ['localhost', undefined, true],
    ['db.example', undefined, true],
    ['db.example', 'require', true],
    ['db.example', 'verify-ca', true],
    ['10.0.0.1', 'verify-full', true],
  ])('speaks TLS with %s and sslmode=%s: %s', (host, mode, tls) => {
    const address = `postgres://me@${host}/d`
    expect(read(mode === undefined ? address : `${address}?sslmode=${mode}`)).toMatchObject({ tls })
    if (mode !== undefined) expect(read(address, { PGSSLMODE: mode })).toMatchObject({ tls })
  })

  it.each([
    ['localhost', 'disable'],
    ['db.example', 'disable'],
    ['db.example', 'allow'],
    ['db.example', 'prefer'],
    ['db.example', 'no-verify'],
    ['127.0.0.1', 'no-verify'],
    ['127.0.0.1.example', 'disable'],
    ['127.999.0.1', 'disable'],
    ['10.0.0.1', 'disable'],
    ['[::ffff:10.0.0.1]', 'disable'],
  ])('refuses %s with sslmode=%s', (host, mode) => {
    const usage = { code: 'usage', exit: 2 }
    expect(refused(`postgres://me@${host}/d?sslmode=${mode}`)).toMatchObject(usage)
    expect(refused(`postgres://me@${host}/d`, { PGSSLMODE: mode })).toMatchObject(usage)
  })

  it.each([
    'postgres://h/d',
    'postgres://me@h/d?ssl=true',
    'postgres://me@h/d?sslrootcert=/x',
    'postgres://me@h/d?options=-c%20x',
    'postgres://me@a,b/d',
    'postgres://me@h/d?port=0',
    'postgres://%zz@h/d',
    'postgres://me:%zz@h/d',
  ])('refuses %s', (url) => {
    expect(refused(url)).toMatchObject({ code: 'usage' })
  })
})

describe('the password', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-pgpass-'))
  const file = join(folder, 'pass')
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const find = (one: EngineOptions) => findPassword(one, readAddress(one))

  it('is the one that was given, then of the URL, of PGPASSWORD, of the file', () => {
    writeFileSync(file, '# db.example:*:*:*:no\nother:*:*:*:no\ndb.example:5432:d:me:a\\:b\\\\c\n')
    chmodSync(file, 0o600)
    const all = options('postgres://me:of-url@db.example/d', {
      PGPASSWORD: 'of-variable',
      PGPASSFILE: file,
    })
    expect(find({ ...all, password: 'given' })).toBe('given')
    expect(find(all)).toBe('of-url')
    const without = { ...all, url: new URL('postgres://me@db.example/d') }
    expect(find(without)).toBe('of-variable')
    expect(find({ ...without, environment: { PGPASSFILE: file } })).toBe('a:b\\c')
    expect(find(options('postgres://me:a%40b@h/d'))).toBe('a@b')
  })

  it('is not taken from a file that others can read, and said to be missing', () => {
    const of = (environment: EngineOptions['environment']) => () =>
      find(options('postgres://me@db.example/d', environment))
    chmodSync(file, 0o644)
    expect(of({ PGPASSFILE: file })).toThrow(/can be read by others/)
    chmodSync(file, 0o600)
    expect(of({ PGPASSFILE: join(folder, 'none') })).toThrow(/password of "me"/)
    expect(of({})).toThrow(/there is none/)
  })
})

describe('what a failure is', () => {
  const failure = (code: string, message = 'it says') =>
    explainFailure(Object.assign(new Error(message), { code, severity: 'ERROR' }), 'PostgreSQL')

  it.each([
    ['28P01', 'store'],
    ['28000', 'store'],
    ['3D000', 'store'],
    ['42501', 'store'],
    ['42P01', 'store'],
    ['XX001', 'store'],
    ['25006', 'network'],
    ['53300', 'network'],
    ['53100', 'network'],
    ['57P01', 'network'],
    ['57P03', 'network'],
    ['40001', 'network'],
  ])('%s is %s', (state, code) => {
    expect(failure(state)).toMatchObject({ code })
  })

  it('is shown as text, and never drives a terminal', () => {
    expect(failure('XX000', 'a\u001b[31mred\nsecond line').message).not.toContain('\u001b')
    expect(failure('XX000', 'first\nsecond line').message).not.toContain('second')
  })

  it('is one of the network where the server says nothing', () => {
    const refusal = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    expect(explainFailure(refusal, 'PostgreSQL')).toMatchObject({ code: 'network' })
    const untrusted = Object.assign(new Error('self-signed'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
    expect(explainFailure(untrusted, 'x')).toMatchObject({ code: 'network', retryable: false })
  })
})
