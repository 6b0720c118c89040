import { randomBytes } from 'node:crypto'
import { createServer, type AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { Secret } from '../../src/core/secret.ts'
import type { SharedParts, SharedRow } from '../../src/core/shared-engine.ts'
import { openRecord, sealRow, verifyPart } from '../../src/stores/shared/codec.ts'
import { openKeys } from '../../src/stores/shared/store-keys.ts'
import { openClient } from '../heavy/support/fleet/client.ts'
import { startStrictServer } from '../heavy/support/fleet/strict-server.ts'
import { startEngine, type EngineName } from '../support/engines.ts'
import { makeHome, type Environment } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'

/** Somebody who waits for a refresh token, and counts who comes. */
async function startThief() {
  let callers = 0
  const server = createServer((socket) => {
    callers++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, callers: () => callers }
}

const newKey = () => randomBytes(32).toString('base64url')
const names: readonly EngineName[] = ['postgres', 'redis', 'etcd']

test.each(names.filter((name) => requirePart(name)))(
  'what somebody writes into the rows of %s steers no refresh token, and is refused before any connection',
  async (name) => {
    const [server, provider, thief] = [
      await startEngine(name),
      await startStrictServer(),
      await startThief(),
    ]
    const [home, machine] = [makeHome(), makeHome()]
    onTestFinished(async () => {
      await Promise.all([server.close(), provider.close()])
      for (const one of [home, machine]) one.remove()
    })
    const [key, own] = [newKey(), newKey()]
    const tokn = async (line: string, more: Environment = {}) =>
      await run(line.split(' '), {
        home: machine,
        env: {
          ...{ TOKN_STORE: undefined, TOKN_STORE_URL: server.url, TOKN_STORE_KEY: key },
          ...{ TOKN_PROFILE: 'web', ...more },
        },
      })
    const logIn = async (profile: string) => {
      const line = `login ${profile} --issuer http://127.0.0.1:${provider.port} --client-id client --flow client --no-remember`
      // The first one, into a server that holds nothing at all.
      const ended = await tokn(line, { TOKN_CLIENT_SECRET: 'a secret' })
      expect(ended, ended.err).toMatchObject({ status: 0 })
    }
    await logIn('web')
    await logIn('other')
    const engine = await openClient(server)
    onTestFinished(async () => await engine.close())
    const find = async (of: string): Promise<SharedRow> => {
      const row = await engine.find(of)
      if (row === undefined) throw new Error(`no row ${of}`)
      return row
    }
    const first = await find('web')
    // A later login: its profile and its record belong together.
    await logIn('web')
    const [good, other] = [await find('web'), await find('other')]
    const keys = openKeys(new Secret(key), (await engine.readDocument('keys'))?.text)
    const profile = verifyPart(keys, 'profile', good) ?? ''
    const stolen = profile.replaceAll(`:${provider.port}`, `:${thief.port}`)
    expect(stolen).not.toBe(profile)
    const record = openRecord(keys, good)
    const forger = openKeys(new Secret(own), undefined)
    const target = { ...good, incarnation: record?.incarnation ?? '' }
    const forged = sealRow(
      forger,
      { ...target, parts: {} },
      {
        ...{ profile: stolen, index: verifyPart(keys, 'index', good) },
        record: { generation: good.generation, text: record?.text ?? '' },
      },
    )
    const cases: Readonly<Record<string, SharedParts>> = {
      'a profile in clear': { profile: stolen },
      'a profile under a key of somebody else': { profile: forged.profile },
      'profile and record under a key of somebody else': forged,
      'the profile of another session': { profile: other.parts.profile },
      'all of another session': other.parts,
      'the record of another session': { record: other.parts.record },
      'an earlier profile beside the record': { profile: first.parts.profile },
      'an earlier record beside the profile': { record: first.parts.record },
      'a profile that was changed by one letter': { profile: changed(good.parts.profile) },
      'a record that was changed by one letter': { record: changed(good.parts.record) },
    }
    const lines =
      name === 'redis'
        ? ['refresh', 'token', 'token --refresh force', 'curl web -- http://127.0.0.1/']
        : ['refresh']
    for (const [what, parts] of Object.entries(cases)) {
      const { version } = await find('web')
      const put = { ...good.parts, ...parts }
      const made = await engine.write(good.id, { parts: whole(put), when: { version } })
      expect(made, what).toHaveProperty('written')
      const spent = provider.spendings.length
      for (const line of lines) {
        const ended = await tokn(line)
        expect(ended, `${what}: ${line}: ${ended.err}`).toMatchObject({ status: 8, out: '' })
        expect(ended.err, what).toContain('hint: ')
      }
      expect(provider.spendings.length, what).toBe(spent)
    }
    expect(thief.callers()).toBe(0)
    const { version } = await find('web')
    await engine.write(good.id, { parts: whole(good.parts), when: { version } })
    const ended = await tokn('refresh')
    expect(ended, ended.err).toMatchObject({ status: 0 })
  },
)

/** The same text, but for a letter in the middle. */
function changed(text = ''): string {
  const at = Math.floor(text.length / 2)
  return text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)
}

/** `null` for what is not there. */
function whole(parts: SharedParts): Readonly<Record<string, string | null>> {
  const names = ['profile', 'record', 'journal', 'index'] as const
  return Object.fromEntries(names.map((name) => [name, parts[name] ?? null]))
}
