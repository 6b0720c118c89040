import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { requireParts } from '../support/parts.ts'
import { logInToRenewingApi, startRenewingApi, type RenewingApi } from '../support/renewing-api.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import {
  bearerOf,
  startSecureServer,
  type Answer,
  type SecureServer,
} from '../support/secure-server.ts'
import { hasTerminal, openTerminal } from '../support/terminal.ts'

/** As much of Kubernetes as `kubectl get configmaps` asks for. */
const answers: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      {
        ...{ name: 'configmaps', singularName: 'configmap', namespaced: true },
        ...{ kind: 'ConfigMap', verbs: ['get', 'list'] },
      },
    ],
  },
  '/api/v1/namespaces/default/configmaps': {
    kind: 'ConfigMapList',
    apiVersion: 'v1',
    metadata: { resourceVersion: '1' },
    items: [{ metadata: { name: 'shop', namespace: 'default' }, data: {} }],
  },
}

describe.skipIf(!requireParts('kubectl', 'openssl'))('kubectl', () => {
  let home: Home
  let api: RenewingApi
  let cluster: SecureServer
  let foreign: SecureServer

  beforeAll(async () => {
    api = await startRenewingApi()
    const answer = serve(() => api)
    cluster = await startSecureServer(answer)
    foreign = await startSecureServer(answer, cluster.authority)
  })
  afterAll(async () => {
    for (const server of [cluster, foreign, api]) await server?.close()
  })
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  const login = async (life?: number) =>
    await logInToRenewingApi(home, api, 'k8s', { life, flags: ['--api-url', cluster.origin] })

  const get = async (flags?: Parameters<typeof configure>[1]): Promise<Ended> =>
    await kubectl(configure(cluster.origin, flags))

  async function kubectl(kubeconfig: string): Promise<Ended> {
    const line = ['kubectl', '--kubeconfig', kubeconfig, 'get', 'configmaps', '-o', 'name']
    return await startCommand(line, { home, env: { KUBECACHEDIR: join(home.path, 'kube') } }).ended
  }

  /** The lines of the documents for ~/.kube/config, for one cluster. */
  function configure(
    server: string,
    { version = 'v1', says = true, args = ['credential', 'kubectl'] } = {},
  ): string {
    const exec = {
      apiVersion: `client.authentication.k8s.io/${version}`,
      command: 'tokn',
      args,
      interactiveMode: 'Never',
      provideClusterInfo: says,
    }
    const file = join(home.path, 'kubeconfig.json')
    const ca = { server, 'certificate-authority': cluster.authority.certPath }
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'own',
      contexts: [{ name: 'own', context: { cluster: 'own', user: 'own' } }],
      clusters: [{ name: 'own', cluster: ca }],
      users: [{ name: 'own', user: { exec } }],
    }
    writeFileSync(file, JSON.stringify(config))
    return file
  }

  it.each([
    { version: 'v1' },
    { version: 'v1beta1' },
    { says: false, args: ['credential', 'kubectl', '-P', 'k8s'] },
  ])('lists what the cluster has: %j', async (flags) => {
    await login()
    expect(await get(flags)).toEqual({ status: 0, out: 'configmap/shop\n', err: '' })
    expect(cluster.seen.at(-1)?.[1]).toBe(`Bearer ${api.given.at(-1)}`)
  })

  it('gets a new token where the one held has ended, in its first command', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    expect(await get()).toEqual({ status: 0, out: 'configmap/shop\n', err: '' })
    expect(api.refreshes() - before).toBe(1)
  })

  it('has twenty of its commands do with one refresh', async () => {
    await login(1)
    await api.untilExpired()
    const before = api.refreshes()
    const kubeconfig = configure(cluster.origin)
    const ended = await Promise.all(Array.from({ length: 20 }, () => kubectl(kubeconfig)))
    expect(ended.filter(({ status }) => status !== 0)).toEqual([])
    expect(api.refreshes() - before).toBe(1)
  })

  it('gets nothing for another cluster', async () => {
    await login()
    for (const args of [
      ['credential', 'kubectl'],
      ['credential', 'kubectl', '-P', 'k8s'],
    ]) {
      const { status, out, err } = await kubectl(configure(foreign.origin, { args }))
      expect(status).not.toBe(0)
      expect(out).toBe('')
      expect(err).toContain(`kubectl gets no token for ${foreign.origin}`)
    }
    expect(foreign.seen.filter(([, authorization]) => authorization !== undefined)).toEqual([])
  })

  it.skipIf(!hasTerminal())('has nobody asked, though it hands on its terminal', async () => {
    const opened = { ...home.environment, TOKN_STORE_KEY: undefined, TOKN_PASSPHRASE: 'open it' }
    await logInToRenewingApi({ ...home, environment: opened }, api, 'k8s')
    const env = { TOKN_STORE_KEY: undefined }
    const terminal = openTerminal(['credential', 'kubectl'], home, env)
    const { status, out, err } = await terminal.ended
    expect({ status, out }).toEqual({ status: 8, out: '' })
    expect(err).toContain('the file store opens with its passphrase, and none is given')
  })

  it('is told what to do where nobody is logged in', async () => {
    await login()
    await run(['logout', 'k8s', '--local-only'], { home })
    const before = cluster.seen.length
    const { status, out, err } = await get()
    expect(status).not.toBe(0)
    expect(out).toBe('')
    expect(err).toContain('tokn login')
    expect(cluster.seen.slice(before)).toEqual([])
  })
})

function serve(api: () => RenewingApi): Answer {
  return (request, response) => {
    response.setHeader('content-type', 'application/json')
    if (!api().isLive(bearerOf(request))) {
      const refused = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 401 }
      return void response
        .writeHead(401)
        .end(JSON.stringify({ ...refused, reason: 'Unauthorized' }))
    }
    const found = answers[new URL(request.url ?? '', 'https://k8s.example').pathname]
    response.writeHead(found === undefined ? 404 : 200).end(JSON.stringify(found ?? {}))
  }
}
