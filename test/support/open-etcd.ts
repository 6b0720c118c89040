import { spawnSync } from 'node:child_process'
import type { EngineOptions, SharedEngine } from '../../src/core/shared-engine.ts'
import { createHttp } from '../../src/io/http/http.ts'
import { openEtcd } from '../../src/stores/etcd/engine.ts'
import type { EngineServer } from './engines.ts'

export interface EtcdWanted extends Partial<Pick<EngineOptions, 'password' | 'timeLeft'>> {
  /** File of an authority, as `--ca` gives it. */
  readonly ca?: string | undefined
}

/** As the program opens it. */
export function openAt(url: string | URL, wanted: EtcdWanted = {}): SharedEngine {
  return openEtcd({
    url: new URL(url),
    password: wanted.password,
    time: { now: Date.now, monotonic: () => performance.now() },
    timeLeft: wanted.timeLeft ?? (() => 20_000),
    environment: {},
    http: async (own) => createHttp({ environment: {}, ca: wanted.ca, ...own }),
  })
}

/** `etcdctl` of an administrator; throws what it says where it fails. */
export function etcdctl(
  server: Pick<EngineServer, 'url' | 'authority'>,
  line: readonly string[],
  input = '',
): string {
  const { protocol, host, username, password } = new URL(server.url)
  const user = password === '' ? [] : ['--user', `${username}:${password}`]
  const ca = server.authority === undefined ? [] : ['--cacert', server.authority.certPath]
  const endpoint = `${protocol === 'etcds:' ? 'https' : 'http'}://${host}`
  const { status, stdout, stderr } = spawnSync(
    'etcdctl',
    ['--endpoints', endpoint, ...user, ...ca, ...line],
    { input, encoding: 'utf8', env: { ...process.env, ETCDCTL_API: '3' } },
  )
  if (status !== 0) throw new Error(`etcdctl ${line.join(' ')}: ${stderr}`)
  return stdout
}
