import { expect, it } from 'vitest'
import { createHttp } from '../../src/io/http/http.ts'
import { sandboxNames, type SandboxName } from '../../src/sandbox/server.ts'
import { startAuthorizationServer } from './support/authorization-server.ts'
import type { Ended } from './support/process.ts'
import { thorough } from '../support/effort.ts'
import { inParallel, startRandom } from './support/random.ts'
import { setTrap, type Trap } from './support/trap.ts'
import { credentialsOf, openWorld, type World } from './support/world.ts'

const codes = [300, 301, 302, 303, 307, 308]
const methods = ['GET', 'POST', 'PATCH', 'DELETE']

function targets(trap: Trap, neighbour: Trap): readonly string[] {
  return [
    `http://127.0.0.2:${trap.port}/steal`,
    `//127.0.0.2:${trap.port}/steal`,
    `https://127.0.0.2:${trap.port}/steal`,
    `http://127.0.0.1:${neighbour.port}/steal`,
    '/elsewhere/steal',
    'file:///etc/hostname',
  ]
}

/**
 * What meets each command: each code and each target once, and another pair of them each time. All
 * pairs meet all methods in the test of the client below, by which every command sends.
 */
function pairs(to: readonly string[], turn: number): ReadonlyArray<readonly [number, string]> {
  const all = codes.flatMap((code) => to.map((target) => [code, target] as const))
  if (thorough) return all
  return codes.map((code, index) => [code, to[(index + turn) % to.length] ?? ''] as const)
}

/** Every command that makes a request, with what has to be there before it is run. */
function commands(name: SandboxName): ReadonlyArray<readonly string[]> {
  const both = [
    // Its logins are numbered, and there are too many here.
    name === 'mcs' ? ['login', 'other', '--force'] : ['login', 'other'],
    ['refresh', 'web', '--force'],
  ]
  if (name === 'hosterby') return [...both, ['info', 'web']]
  if (name !== 'rightech') return both
  return [
    ...both,
    ['list', '-P', 'web'],
    ['issue', '-P', 'web', '--name', 'new'],
    ['revoke', 'f'.repeat(24), '-P', 'web'],
    ['logout', 'web'],
  ]
}

async function runRedirected(world: World, name: SandboxName, command: readonly string[]) {
  if (command[0] !== 'login') return await world.run(command)
  const to = ['--base-url', world.api.baseUrl, '--provider', name]
  return await world.run([...command, ...to], { environment: credentialsOf(world.api) })
}

function check(ended: Ended, command: readonly string[]): void {
  const shown = `${command.join(' ')}: ${ended.out} ${ended.err}`
  // A logout forgets the session here whatever the provider says, and tells what it said.
  expect(ended.status, shown).toBe(command[0] === 'logout' ? 12 : 6)
  expect(ended.out + ended.err, shown).toContain('redirect')
}

it('C7: follows no redirect, whatever the code, the target, the API and the command', async () => {
  const [trap, neighbour] = [await setTrap('127.0.0.2'), await setTrap('127.0.0.1')]
  const { seed } = startRandom()
  let runs = 0
  await inParallel(sandboxNames, 2, async (name) => {
    const world = await openWorld(name)
    await world.login('web')
    for (const [index, command] of commands(name).entries()) {
      for (const [status, to] of pairs(targets(trap, neighbour), seed + index)) {
        world.api.control.replaceFaults([{ do: 'redirect', to, status }])
        check(await runRedirected(world, name, command), command)
        runs++
        if (command[0] === 'logout') await world.login('web')
      }
    }
    expect(world.api.log.filter(({ path }) => path.includes('steal'))).toEqual([])
    await world.close()
  })
  const connections = trap.connections() + neighbour.connections()
  const bytes = trap.bytes() + neighbour.bytes()
  console.log(
    `redirects through commands: ${runs}, connections at the trap: ${connections}, bytes: ${bytes} (seed ${seed})`,
  )
  expect({ connections, bytes }).toEqual({ connections: 0, bytes: 0 })
  await Promise.all([trap.close(), neighbour.close()])
})

it('follows no redirect of an OAuth server, but for its documents within its origin', async () => {
  const [trap, neighbour] = [await setTrap('127.0.0.2'), await setTrap('127.0.0.1')]
  const server = await startAuthorizationServer()
  const world = await openWorld('oz')
  const login = (name: string) =>
    world.run(
      ['login', name, '--issuer', server.issuer, '--client-id', 'client', '--flow', 'client'],
      {
        environment: { TOKN_CLIENT_SECRET: 'canary-of-the-client' },
      },
    )
  expect(await login('web')).toMatchObject({ status: 0 })
  const cases = [
    { path: '/.well-known', run: () => login('other') },
    { path: '/token', run: () => login('other') },
    { path: '/token', run: () => world.run(['refresh', 'web']) },
    { path: '/userinfo', run: () => world.run(['info', 'web']) },
    { path: '/introspection', run: () => world.run(['info', 'web']) },
  ]
  let runs = 0
  const stolen = () => server.log.filter((one) => one.includes('steal')).length
  for (const { path, run } of cases) {
    for (const [index, to] of targets(trap, neighbour).entries()) {
      const before = stolen()
      const status = codes[index] ?? 302
      server.redirect = (asked) => (asked.startsWith(path) ? { status, to } : undefined)
      const ended = await run()
      expect([0, 6, 7], `${path}: ${ended.err}`).toContain(ended.status)
      if (path === '/token') expect(ended.status, ended.err).toBe(6)
      // A document is public, and asked for without credentials.
      if (path !== '/.well-known') expect(stolen(), path).toBe(before)
      runs++
    }
  }
  console.log(
    `redirects of an OAuth server: ${runs}, connections at the trap: ${trap.connections()}`,
  )
  expect(trap.connections() + neighbour.connections()).toBe(0)
  await Promise.all([trap.close(), neighbour.close(), server.close(), world.close()])
})

it('follows no redirect by any method', async () => {
  const [trap, neighbour] = [await setTrap('127.0.0.2'), await setTrap('127.0.0.1')]
  const server = await startAuthorizationServer()
  const http = createHttp({ environment: {} })
  let requests = 0
  for (const method of methods) {
    for (const status of codes) {
      for (const to of targets(trap, neighbour)) {
        server.redirect = (path) => (path.startsWith('/start') ? { status, to } : undefined)
        const url = new URL(`${server.issuer}/start?secret=canary`)
        const headers = [['Access-Token', 'canary']] as const
        const request = http({
          method,
          url,
          headers,
          ...(method === 'GET' ? {} : { body: 'canary' }),
        })
        await expect(request).rejects.toMatchObject({ code: 'provider_nonsense' })
        requests++
      }
    }
  }
  console.log(`redirects by method: ${requests}, connections at the trap: ${trap.connections()}`)
  expect(server.log).toEqual(Array(requests).fill('/start?secret=canary'))
  expect(trap.connections() + neighbour.connections()).toBe(0)
  await Promise.all([trap.close(), neighbour.close(), server.close()])
})
