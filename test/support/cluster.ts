import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const group = 'batch/v1'
const kinds: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: [
      {
        name: 'batch',
        versions: [{ groupVersion: group, version: 'v1' }],
        preferredVersion: { groupVersion: group, version: 'v1' },
      },
    ],
  },
  [`/apis/${group}`]: {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group,
    resources: [
      {
        name: 'cronjobs',
        singularName: 'cronjob',
        namespaced: true,
        kind: 'CronJob',
        verbs: ['create', 'get', 'list'],
      },
    ],
  },
}

/** Answers what kubectl asks any cluster before it does anything: which kinds there are. */
export async function answerAsCluster(): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://cluster')
    response.setHeader('content-type', 'application/json')
    response.statusCode = pathname in kinds && request.method === 'GET' ? 200 : 404
    response.end(JSON.stringify(kinds[pathname] ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() }
}
