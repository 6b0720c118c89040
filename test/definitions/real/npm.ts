import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { packages, send, startProcess, type Started } from './process.ts'

// Servers that are packages of npm.

export const verdaccioUser = { username: 'ada', password: 'pw-verdaccio' }
export const nodeRedUser = { username: 'ada', password: 'pw-nodered' }
export const couchUser = { username: 'ada', password: 'pw couch' }

export const verdaccio = join(packages, 'verdaccio/bin/verdaccio')
export const nodeRed = join(packages, 'node-red/red.js')
export const pouch = join(packages, 'express-pouchdb/package.json')

/** A registry of npm packages, with one user. */
export async function startVerdaccio(): Promise<Started> {
  const config = {
    storage: './storage',
    auth: { htpasswd: { file: './htpasswd' } },
    uplinks: {},
    packages: { '**': { access: '$authenticated', publish: '$authenticated' } },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'error' },
  }
  const server = await startProcess({
    prepare: (folder) => writeFileSync(join(folder, 'config.yaml'), JSON.stringify(config)),
    command: (folder, port) => [
      process.execPath,
      verdaccio,
      '--config',
      join(folder, 'config.yaml'),
      '--listen',
      `127.0.0.1:${port}`,
    ],
    probe: '/-/ping',
  })
  const { username: name, password } = verdaccioUser
  const user = { _id: `org.couchdb.user:${name}`, name, password, type: 'user', roles: [] }
  await send('PUT', `${server.baseUrl}/-/user/org.couchdb.user:${name}`, user)
  return server
}

/** A flow editor whose users log in; sessions last an hour. */
export async function startNodeRed(): Promise<Started> {
  const { hashSync } = createRequire(nodeRed)('bcryptjs') as {
    hashSync(text: string, rounds: number): string
  }
  const { username, password } = nodeRedUser
  return await startProcess({
    prepare: (folder, port) => {
      const user = { username, password: hashSync(password, 4), permissions: '*' }
      const settings = {
        uiHost: '127.0.0.1',
        uiPort: port,
        userDir: folder,
        telemetry: { enabled: false },
        logging: { console: { level: 'error' } },
        adminAuth: { type: 'credentials', sessionExpiryTime: 3_600, users: [user] },
      }
      const text = `module.exports = ${JSON.stringify(settings)}`
      writeFileSync(join(folder, 'settings.js'), text)
    },
    command: (folder) => [process.execPath, nodeRed, '-s', join(folder, 'settings.js')],
    probe: '/auth/login',
  })
}

/** The CouchDB API over a database in memory, with one user. */
export async function startCouch(): Promise<Started> {
  const server = await startProcess({
    prepare: (folder) => {
      mkdirSync(join(folder, 'data'))
      writeFileSync(join(folder, 'serve.cjs'), couchProgram)
    },
    command: (folder, port) => [
      process.execPath,
      join(folder, 'serve.cjs'),
      `${packages}/`,
      String(port),
    ],
    probe: '/',
  })
  const { username: name, password } = couchUser
  const user = { name, password, roles: ['reader'], type: 'user' }
  await send('PUT', `${server.baseUrl}/_users/org.couchdb.user:${name}`, user)
  return server
}

const couchProgram = `
const [packages, port] = process.argv.slice(2)
const load = require('node:module').createRequire(packages)
const memory = load('pouchdb').plugin(load('pouchdb-adapter-memory')).defaults({ adapter: 'memory' })
const app = load('express')()
app.use(load('express-pouchdb')(memory, { inMemoryConfig: true, logPath: '/dev/null' }))
app.listen(Number(port), '127.0.0.1')
`
