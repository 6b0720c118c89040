import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './engines.ts'
import { until } from './until.ts'

interface Member {
  readonly name: string
  /** `http://127.0.0.1:PORT`, for clients and for the other members. */
  readonly client: string
  readonly peer: string
}

/** An etcd of several members on this machine, of which some may be killed. */
export interface EtcdCluster {
  /** All members, as a user names them. */
  readonly url: string
  readonly members: readonly Member[]
  /** Which member leads, as the others say; -1 while there is none. */
  leader(): number
  /** kill -9. */
  kill(at: number): void
  start(at: number): void
  /** Saves a snapshot of it, as an administrator does. */
  save(): string
  /** Stops all, and starts them with what the snapshot has, at the same addresses and under the same names. */
  restore(snapshot: string): Promise<void>
  ready(): Promise<void>
  close(): void
}

export async function startEtcdCluster(size: number): Promise<EtcdCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-etcd-cluster-'))
  const members: Member[] = []
  for (let at = 0; at < size; at++) {
    const [client, peer] = [await freePort(), await freePort()]
    members.push({
      name: `member-${at}`,
      client: `http://127.0.0.1:${client}`,
      peer: `http://127.0.0.1:${peer}`,
    })
  }
  const all = members.map(({ name, peer }) => `${name}=${peer}`).join(',')
  const children: Array<ChildProcess | undefined> = []
  let life = 0
  const dataOf = (at: number) => join(folder, `${at}-${life}`)
  const start = (at: number) => {
    const { name, client, peer } = members[at]!
    const line = [
      ...['--name', name, '--data-dir', dataOf(at)],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', all],
    ]
    // It ends with the test.
    children[at] = spawn('setpriv', ['--pdeathsig', 'KILL', 'etcd', ...line], { stdio: 'ignore' })
  }
  const kill = (at: number) => {
    children[at]?.kill('SIGKILL')
    children[at] = undefined
  }
  const others = () => members.filter((_, at) => children[at] !== undefined)
  const leader = () => {
    for (const { client } of others()) {
      const { status, stdout } = etcdctl([client], ['endpoint', 'status', '-w', 'json'])
      if (status !== 0) continue
      const { Status } = JSON.parse(stdout)[0]
      if (Status.leader === undefined || Status.leader === 0) continue
      const list = JSON.parse(etcdctl([client], ['member', 'list', '-w', 'json']).stdout)
      const found = list.members.find((one: { ID: number }) => one.ID === Status.leader)
      return members.findIndex(({ name }) => name === found?.name)
    }
    return -1
  }
  const ready = async () =>
    await until(() => etcdctl([members[0]!.client], ['get', 'x']).status === 0)
  const [first, ...rest] = members.map(({ client }) => new URL(client).host)
  const query = rest.map((host) => `endpoint=${host}`).join('&')
  members.forEach((_, at) => start(at))
  await ready()
  return {
    url: `etcd://${first}/${query === '' ? '' : `?${query}`}`,
    members,
    leader,
    kill,
    start,
    save: () => {
      const path = join(folder, `snapshot-${life}`)
      etcdctl([members[0]!.client], ['snapshot', 'save', path])
      return path
    },
    restore: async (snapshot) => {
      members.forEach((_, at) => kill(at))
      life++
      for (const [at, { name, peer }] of members.entries()) {
        const said = etcdctl(
          [],
          [
            ...['snapshot', 'restore', snapshot, '--name', name, '--initial-cluster', all],
            ...['--initial-advertise-peer-urls', peer, '--data-dir', dataOf(at)],
          ],
        )
        if (said.status !== 0) throw new Error(said.stderr)
        start(at)
      }
      await ready()
    },
    ready,
    close: () => {
      members.forEach((_, at) => kill(at))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function etcdctl(endpoints: readonly string[], line: readonly string[]) {
  const at = endpoints.length === 0 ? [] : ['--endpoints', endpoints.join(',')]
  return spawnSync('etcdctl', [...at, '--command-timeout', '2s', ...line], {
    encoding: 'utf8',
    env: { ...process.env, ETCDCTL_API: '3' },
  })
}
