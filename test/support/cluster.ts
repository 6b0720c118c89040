import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const resources = [
  { group: 'batch', name: 'cronjobs', singularName: 'cronjob', kind: 'CronJob' },
  { group: 'apps', name: 'deployments', singularName: 'deployment', kind: 'Deployment' },
]

const kinds: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
  '/apis': {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: resources.map(({ group }) => ({
      name: group,
      versions: [{ groupVersion: `${group}/v1`, version: 'v1' }],
      preferredVersion: { groupVersion: `${group}/v1`, version: 'v1' },
    })),
  },
  ...Object.fromEntries(
    resources.map(({ group, ...resource }) => [
      `/apis/${group}/v1`,
      {
        kind: 'APIResourceList',
        apiVersion: 'v1',
        groupVersion: `${group}/v1`,
        resources: [{ ...resource, namespaced: true, verbs: ['create', 'get', 'list'] }],
      },
    ]),
  ),
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
