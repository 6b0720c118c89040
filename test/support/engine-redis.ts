import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineDescription, EnginePlace } from './engines.ts'

export function describeRedis(place: EnginePlace): EngineDescription {
  const { folder, address, port, password, certificate, authority, durable } = place
  const file = join(folder, 'redis.conf')
  const lines = [
    `bind ${address}`,
    'protected-mode no',
    `dir ${folder}`,
    'save ""',
    ...(durable ? ['appendonly yes', 'appendfsync always'] : ['appendonly no']),
    ...(password === '' ? [] : [`requirepass ${password}`]),
    ...(certificate === undefined
      ? [`port ${port}`]
      : [
          'port 0',
          `tls-port ${port}`,
          `tls-cert-file ${certificate.certPath}`,
          `tls-key-file ${certificate.keyPath}`,
          `tls-ca-cert-file ${authority?.certPath}`,
          'tls-auth-clients no',
        ]),
    ...place.settings,
  ]
  // Not in the command line, where others would read the password.
  writeFileSync(file, lines.join('\n'), { mode: 0o600 })
  const scheme = certificate === undefined ? 'redis' : 'rediss'
  return {
    line: ['redis-server', file],
    ready: /Ready to accept connections/,
    stopSignal: 'SIGTERM',
    url: `${scheme}://${password === '' ? '' : `:${password}@`}${address}:${port}`,
  }
}
