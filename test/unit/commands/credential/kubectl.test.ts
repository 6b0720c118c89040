import { describe, expect, it } from 'vitest'
import { kubectlProtocol, readExecInfo } from '../../../../src/commands/credential/kubectl.ts'
import { givenToken, runProtocol } from './world.ts'

const v1 = 'client.authentication.k8s.io/v1'
const info = (more: object = {}, apiVersion = v1) =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { interactive: true }, ...more })
const cluster = (server: unknown) => info({ spec: { interactive: false, cluster: { server } } })

describe('what kubectl asks', () => {
  it.each([
    [undefined, { apiVersion: v1 }],
    ['', { apiVersion: v1 }],
    [info(), { apiVersion: v1 }],
    [info({}, `${v1}beta1`), { apiVersion: `${v1}beta1` }],
    [info({ spec: undefined }), { apiVersion: v1 }],
    [info({ kind: undefined }), { apiVersion: v1 }],
    [info({ spec: { cluster: null } }), { apiVersion: v1 }],
    [info({ spec: null, status: { token: 'x' }, other: {} }), { apiVersion: v1 }],
    [
      cluster('https://k8s.example:6443/k8s/c-1'),
      { apiVersion: v1, target: { kind: 'url', url: 'https://k8s.example:6443/k8s/c-1' } },
    ],
    // Who may send a token there is not for the reader to say.
    [cluster('nonsense'), { apiVersion: v1, target: { kind: 'url', url: 'nonsense' } }],
  ])('is read: %s', (text, read) => {
    expect(readExecInfo(text)).toEqual(read)
  })

  it.each([
    ['{', 'usage'],
    ['[]', 'usage'],
    ['null', 'usage'],
    ['"text"', 'usage'],
    ['{}', 'usage'],
    [info({ kind: 'Pod' }), 'usage'],
    [info({ apiVersion: 7 }), 'usage'],
    [info({ apiVersion: undefined }), 'usage'],
    [info({}, 'client.authentication.k8s.io/v1alpha1'), 'unsupported'],
    [info({}, 'v1'), 'unsupported'],
    [info({}, ''), 'unsupported'],
    [info({}, `${v1}\u001b[31m`), 'unsupported'],
    // A cluster that names no server is not the same as no cluster.
    [cluster(undefined), 'usage'],
    [
      `{"apiVersion":"${v1}","spec":{"cluster":{"server":"https://evil.example","server":"https://k8s.example"}}}`,
      'usage',
    ],
    [cluster(''), 'usage'],
    [cluster(7), 'usage'],
    [cluster(['https://k8s.example']), 'usage'],
    [info({ spec: [] }), 'usage'],
    [info({ spec: 7 }), 'usage'],
    [info({ spec: 'text' }), 'usage'],
    [info({ spec: { cluster: 'https://k8s.example' } }), 'usage'],
    [info({ spec: { cluster: [] } }), 'usage'],
  ])('is refused: %s', async (text, code) => {
    const ran = await runProtocol(kubectlProtocol, {
      variables: { KUBERNETES_EXEC_INFO: text },
      given: givenToken(),
    })
    expect(ran).toMatchObject({ error: { code }, out: '', asked: [] })
    expect(String(ran.error)).not.toContain('\u001b')
  })
})

describe('what kubectl is told', () => {
  const run = (text: string | undefined, given = givenToken()) =>
    runProtocol(kubectlProtocol, {
      variables: text === undefined ? {} : { KUBERNETES_EXEC_INFO: text },
      given,
    })

  it('is a token, and when it ends', async () => {
    const ran = await run(cluster('https://k8s.example'))
    expect(ran).toMatchObject({ status: 0, reads: 0 })
    expect(JSON.parse(ran.out)).toEqual({
      kind: 'ExecCredential',
      apiVersion: v1,
      status: { token: 'the-token', expirationTimestamp: '2026-11-26T20:00:00Z' },
    })
    expect(ran.asked).toEqual([
      [{ target: { kind: 'url', url: 'https://k8s.example' } }, { bearer: true }],
    ])
  })

  it('has the version in which it asked', async () => {
    const { out } = await run(info({}, `${v1}beta1`))
    expect(JSON.parse(out)).toMatchObject({ apiVersion: `${v1}beta1` })
  })

  it('has no end where none is known', async () => {
    const { out, asked } = await run(undefined, givenToken({ expiresAt: undefined }))
    expect(JSON.parse(out)).toMatchObject({ status: { token: 'the-token' } })
    expect(out).not.toContain('expirationTimestamp')
    expect(asked).toEqual([[{ target: undefined }, { bearer: true }]])
  })

  it('is nothing where no profile is for the server', async () => {
    const variables = { KUBERNETES_EXEC_INFO: cluster('https://evil.example/\u202e') }
    const ran = await runProtocol(kubectlProtocol, { variables })
    expect(ran).toMatchObject({ out: '', error: { code: 'not_found' } })
    expect(String(ran.error)).toContain('https://evil.example/')
    expect(String(ran.error)).not.toContain('\u202e')
  })

  it('is nothing for words that it does not know', async () => {
    const ran = await runProtocol(kubectlProtocol, { operands: ['get'], given: givenToken() })
    expect(ran).toMatchObject({ out: '', error: { code: 'usage' }, asked: [] })
  })
})
