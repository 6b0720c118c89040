import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { EngineName, EngineServer } from './engines.ts'
import { root } from './home.ts'
import { etcdctl } from './open-etcd.ts'

// The users of docs/stores.md, made by the very lines that people are told to type.

/** Addresses of one store for each role, with a password in each. */
export interface StoreRoles {
  /** Who makes what the store needs, by the first login. */
  readonly owner: string
  readonly refresher: string
  readonly reader: string
  /** What is to be done once the tables are there. */
  finish(): void
}

const password = 'the-password-of-a-role'

export async function makeRoles(server: EngineServer): Promise<StoreRoles> {
  return await makers[server.name](server)
}

const makers: Readonly<Record<EngineName, (server: EngineServer) => Promise<StoreRoles>>> = {
  postgres: async (server) => {
    const [before, after] = blocksOf('### Roles of PostgreSQL', 'sql')
    const run = (text = '') => {
      const line = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', server.url]
      const { status, stderr } = spawnSync('psql', line, { input: text, encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
    }
    run(before?.replaceAll(/'change me \d'/g, `'${password}'`))
    const as = (user: string) => addressFor(server, user)
    return {
      owner: as('tokn_owner'),
      refresher: as('tokn_refresher'),
      reader: as('tokn_reader'),
      finish: () => run(after),
    }
  },
  redis: async (server) => {
    const administrator = new Redis(server.port, server.address, { password: server.password })
    try {
      const lines = blocksOf('### Users of Redis').flatMap((block) => block.split('\n'))
      for (const line of lines.filter((one) => one.startsWith('ACL SETUSER '))) {
        const [name = '', ...rest] = line.split(' ')
        await administrator.call(
          name,
          ...rest.map((one) => (one === '>PASSWORD' ? `>${password}` : one)),
        )
      }
    } finally {
      administrator.disconnect()
    }
    return rolesOf(server)
  },
  etcd: async (server) => {
    const lines = blocksOf('### Users and roles of etcd').flatMap((block) => block.split('\n'))
    for (const line of lines.filter((one) => one.startsWith('etcdctl '))) {
      const words = line.split(' ').slice(1)
      const adds = words[0] === 'user' && words[1] === 'add'
      etcdctl(server, adds ? [...words, '--interactive=false'] : words, `${password}\n`)
    }
    return rolesOf(server, 'tokn')
  },
}

function rolesOf(server: EngineServer, user = 'tokn-refresher'): StoreRoles {
  const refresher = addressFor(server, user)
  return {
    owner: refresher,
    refresher,
    reader: addressFor(server, 'tokn-reader'),
    finish: () => undefined,
  }
}

function addressFor(server: EngineServer, user: string): string {
  const url = new URL(server.url)
  url.username = user
  url.password = encodeURIComponent(password)
  return url.href
}

/** The blocks of code below a heading, until the next one. */
function blocksOf(heading: string, language = ''): readonly string[] {
  const text = readFileSync(join(root, 'docs/stores.md'), 'utf8')
  const [, below] = text.split(`\n${heading}\n`)
  if (below === undefined) throw new Error(`docs/stores.md has no ${heading}`)
  const [section = ''] = below.split(/\n#{2,3} /)
  const fences = new RegExp(`\`\`\`${language}[a-z]*\\n([^]*?)\`\`\``, 'g')
  return [...section.matchAll(fences)].map(([, block = '']) => block)
}
