import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SandboxApi, SandboxName } from '../../src/sandbox/server.ts'
import type { Fault } from '../../src/sandbox/faults.ts'
import { locatePaths } from '../../src/io/files/paths.ts'
import { findNewTexts, findTexts } from '../support/files.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run, startCommand, type Ended } from '../support/run.ts'
import { addressOf, credentialsOf, startServers } from '../support/servers.ts'
import { startWitness } from '../support/witness.ts'

const canary = () => `canary-${randomBytes(12).toString('hex')} "+/=%&`

const secretFields: Readonly<Record<SandboxName, readonly string[]>> = {
  oz: ['password'],
  mcs: ['client_secret'],
  rightech: ['password'],
  hosterby: ['access_key', 'secret_key'],
}

/** Every credential and token, and the other shapes in which they could be written down. */
function secretsOf(api: SandboxApi): readonly string[] {
  const own = secretFields[api.name].map((field) => api.credentials[field] ?? '')
  const tokens = api.state.tokens.flatMap(({ access, refresh }) => [access, refresh ?? access])
  return [...new Set([...own, ...tokens])].flatMap((secret) => [
    ...formsOf(secret),
    // Whatever came before it in the same text: the middle of its base64 is the same.
    ...[0, 1, 2].map((before) =>
      Buffer.from(`${'x'.repeat(before)}${secret}`)
        .toString('base64')
        .slice(4, -8),
    ),
  ])
}

async function withApi(
  name: SandboxName,
  work: (world: { api: SandboxApi; home: Home }) => Promise<void>,
): Promise<void> {
  const home = makeHome()
  const given = Object.fromEntries(secretFields[name].map((field) => [field, canary()]))
  const servers = await startServers([name], { credentials: { [name]: given } })
  try {
    await work({ api: servers.api(name), home })
  } finally {
    await servers.close()
    home.remove()
  }
}

const names = ['oz', 'mcs', 'rightech', 'hosterby'] as const
const loud = ['--debug']

describe.concurrent('a secret is in no argument, no file and no word on standard error', () => {
  for (const name of names) {
    test.skipIf(!requirePart('linux'))(
      `F1, F12: the whole life of a session: ${name}`,
      async () => {
        await withApi(name, async ({ api, home }) => {
          const startedAt = Date.now()
          const witness = startWitness(() => secretsOf(api), [home.path])
          const env = credentialsOf(api)
          const ended: Ended[] = []
          const go = async (args: readonly string[], options = {}) => {
            ended.push(await run([...args], { home, ...options }))
          }
          await go(['login', 'web', ...addressOf(api), ...loud, '--remember'], { env })
          await go(['token', 'web'])
          await go(['token', 'web', '--json', ...loud])
          await go(['header', 'web', '-o', 'curl', ...loud])
          await go(['refresh', 'web', ...loud])
          await go(['info', 'web', '--claims', ...loud])
          await go(['list', 'web', ...loud])
          await go(['issue', 'web', '--name', 'further', ...loud])
          await go(['exec', 'web', ...loud, '--', 'sh', '-c', 'sleep 0.05'])
          await go(['curl', 'web', ...loud, '--', '-sS', '-o', 'answer', api.resource.url])
          await go(['why', 'web', ...loud])
          await go(['doctor', ...loud])
          await go(['provider', 'test', name, '--base-url', api.baseUrl, ...loud], { env })
          await go(['token', ...loud], {
            env: { ...env, TOKN_PROVIDER: name, TOKN_BASE_URL: api.baseUrl },
          })
          await go(['revoke', 'further', '-P', 'web', ...loud])
          await go(['token', 'web'], { env: { TOKN_STORE_KEY: 'wrong' } })
          const atRest = findTexts(home.path, secretsOf(api))
          await go(['logout', 'web', ...loud])
          witness.stop()

          expect(ended[0], ended[0]?.err).toMatchObject({ status: 0 })
          const said = ended.map(({ err }) => err).join('\n')
          // Loud it was: the requests are there, without what was in them.
          expect(said).toContain(`POST ${api.baseUrl}`)
          expect(secretsOf(api).filter((secret) => said.includes(secret))).toEqual([])
          expect(witness.looks()).toBeGreaterThan(20)
          expect([...witness.sightings]).toEqual([])
          expect(atRest).toEqual([])
          // What every program of the machine's user shares: locks, journal, ledger.
          const { common } = locatePaths(home.environment)
          expect(findNewTexts(common, secretsOf(api), startedAt)).toEqual([])
        })
      },
    )
  }

  test.skipIf(!requirePart('linux'))('the witness sees what there is to see', async () => {
    await withApi('oz', async ({ home }) => {
      const text = canary()
      const witness = startWitness(() => [text], [home.path])
      const script =
        'require("fs").writeFileSync("left", process.argv[1]); setTimeout(() => {}, 20_000)'
      const running = startCommand([process.execPath, '-e', script, text], { home })
      await expect.poll(() => witness.sightings.size, { timeout: 15_000 }).toBe(2)
      running.child.kill()
      await running.ended
      witness.stop()
      const left = `${join(home.work, 'left')}: ${text}`
      expect([...witness.sightings].toSorted()).toEqual([left, `argv: ${text}`].toSorted())
    })
  })

  for (const name of names) {
    test(`C34: errors in which the provider repeats what it was sent: ${name}`, async () => {
      await withApi(name, async ({ api, home }) => {
        const env = credentialsOf(api)
        const login = ['login', 'web', ...addressOf(api)]
        expect(await run(login, { home, env })).toMatchObject({ status: 0 })
        const { access, refresh } = api.state.tokens[0] ?? { access: '' }
        const sent = secretFields[name].map((field) => api.credentials[field] ?? '')
        const turns = [
          ...sent.flatMap(formsOf).map((form) => ({ form, args: login, env })),
          ...[access, refresh ?? access].map((form) => ({
            form,
            args: ['refresh', 'web'],
            env: {},
          })),
        ]
        const said: string[] = []
        for (const { form, args, env: given } of turns) {
          api.control.replaceFaults([refusalWith(`you sent ${form}, go away`)])
          const { status, out, err } = await run([...args, ...loud], { home, env: given })
          expect({ status: status === 0, out }).toEqual({ status: false, out: '' })
          expect(err).not.toContain(form)
          // Not even a piece of it, should the text be cut short.
          expect(err).not.toContain(form.slice(0, 24))
          said.push(err)
        }
        expect(said.filter((err) => err.includes('you sent [secret]')).length).toBeGreaterThan(1)
      })
    })
  }
})

function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  return [secret, json, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]
}

/** A refusal in the words of all four APIs at once. */
function refusalWith(text: string): Fault {
  const body = {
    error_code: 7,
    error_message: text,
    error: 'invalid_client',
    error_description: text,
    message: text,
    httpCode: 401,
    statusCode: 'error',
    messageList: { error: { refused: text } },
    codeList: { error: ['refused'] },
  }
  return { do: 'status', status: 401, body }
}
