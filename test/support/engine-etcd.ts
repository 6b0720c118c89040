import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { EngineDescription, EnginePlace } from './engines.ts'

/** Its user is `root`, where it asks for one. */
export function describeEtcd(place: EnginePlace): EngineDescription {
  const { folder, address, port, password, certificate, authority } = place
  const tls = certificate !== undefined
  const client = `${tls ? 'https' : 'http'}://${address}:${port}`
  // Nobody else is in its cluster: where it would listen for peers is of no account, but free.
  const peer = `http://127.0.0.1:${place.sparePort}`
  return {
    line: [
      'etcd',
      ...['--name', 'only', '--data-dir', join(folder, 'data')],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `only=${peer}`],
      ...(tls ? ['--cert-file', certificate.certPath, '--key-file', certificate.keyPath] : []),
      ...place.settings,
    ],
    ready: /ready to serve client requests|serving (?:insecure )?client (?:requests|traffic)/,
    stopSignal: 'SIGTERM',
    url: `${tls ? 'etcds' : 'etcd'}://${password === '' ? '' : `root:${password}@`}${address}:${port}`,
    begin: async () => {
      if (password === '') return
      const steps = [
        ['user', 'add', 'root', '--interactive=false'],
        ['role', 'add', 'root'],
        ['user', 'grant-role', 'root', 'root'],
        ['auth', 'enable'],
      ]
      const ca = authority === undefined ? [] : ['--cacert', authority.certPath]
      for (const step of steps) {
        const { status, stderr } = spawnSync('etcdctl', ['--endpoints', client, ...ca, ...step], {
          input: `${password}\n`,
          encoding: 'utf8',
          env: { ...process.env, ETCDCTL_API: '3' },
        })
        if (status !== 0) throw new Error(`etcdctl ${step.join(' ')}: ${stderr.trim()}`)
      }
    },
  }
}
