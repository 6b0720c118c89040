import { expect, it } from 'vitest'
import { startAuthorizationServer } from './support/authorization-server.ts'
import { openWorld } from './support/world.ts'

/** A session at an OAuth server, which decides by itself whether a refresh token lives on. */
async function openSession() {
  const server = await startAuthorizationServer()
  const world = await openWorld('oz')
  const to = ['--issuer', server.issuer, '--client-id', 'client', '--flow', 'client']
  const environment = { TOKN_CLIENT_SECRET: 'secret-of-the-client' }
  const ended = await world.run(['login', 'web', ...to, '--no-remember'], { environment })
  expect(ended, ended.err).toMatchObject({ status: 0 })
  return {
    server,
    refresh: () => world.run(['token', 'web', '--refresh', 'force']),
    close: () => Promise.all([server.close(), world.close()]),
  }
}

it('a server that takes a refresh token again makes up for a lost answer', async () => {
  const { server, refresh, close } = await openSession()
  server.lenient = true
  server.losses = 1
  expect(await refresh()).toMatchObject({ status: 0, out: 'access-3-canary\n' })
  expect(await refresh()).toMatchObject({ status: 0, out: 'access-4-canary\n' })
  await close()
})

it('a strict server ends the session, and it is said why', async () => {
  const { server, refresh, close } = await openSession()
  server.losses = 1
  const before = server.log.length
  const ended = await refresh()
  expect(ended).toMatchObject({ status: 4, out: '' })
  expect(ended.err).toContain('got no answer')
  expect(ended.err).toContain('tokn login web')
  expect(server.log.slice(before).filter((path) => path === '/token')).toHaveLength(2)
  expect(server.refreshes()).toBe(1)
  await close()
})

it('one repetition, and not more', async () => {
  const { server, refresh, close } = await openSession()
  server.lenient = true
  server.losses = 9
  const before = server.log.length
  expect(await refresh()).toMatchObject({ status: 7, out: '' })
  expect(server.log.slice(before).filter((path) => path === '/token')).toHaveLength(2)
  await close()
})
