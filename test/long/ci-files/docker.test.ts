import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openWorld } from '../../catalogue/world.ts'
import { onMachine } from '../../support/another-root.ts'
import { packProgram } from '../../support/packed.ts'
import { requirePart, requireParts } from '../../support/parts.ts'
import { containerUser, firstProcessOf, startContainer, zombiesOf } from '../../support/pod.ts'
import { startCommand } from '../../support/run.ts'
import { readCiFile } from '../../support/yaml.ts'
import { loginOf } from '../ci-job.ts'
import {
  addProgram,
  dockerfile,
  entrypoint,
  instructionsOf,
  listOf,
  open,
  runOf,
  variablesOf,
} from './container-world.ts'

const isolated = requireParts(
  'linux',
  'root',
  'setpriv',
  'mount namespace',
  'pid namespace',
  'read-only root',
)

describe('the Dockerfile', () => {
  test('has the token of its build in no layer, argument or variable', () => {
    expect(dockerfile.filter(({ name }) => name === 'ARG' || name === 'ADD')).toEqual([])
    const variables = dockerfile.filter(({ name }) => name === 'ENV').map(({ text }) => text)
    expect(variables).toEqual(['PATH=/opt/tokn/node_modules/.bin:$PATH', 'TOKN_PROVIDER=hosterby'])
    const [, data] = dockerfile.filter(({ name }) => name === 'RUN').map(runOf)
    expect(data?.mounts).toEqual(['type=secret,id=token,required=true'])
    expect(dockerfile.findLast(({ name }) => name === 'USER')?.text).toBe('65532:65532')
  })

  const builds = requireParts('linux', 'root', 'mount namespace')
  test.skipIf(!builds)(
    'installs what npm pack has made, and gets data with the token',
    async () => {
      const world = await openWorld('hosterby')
      const { api, home } = world
      const login = { ...loginOf(api), TOKN_STORE: undefined, TOKN_STORE_KEY: undefined }
      const token = (await startCommand(['tokn', 'token'], { home, env: login }).ended).out.trim()
      packProgram(home.path)
      const scripts = instructionsOf(
        readCiFile('docker/Dockerfile', new URL(api.resource.url).origin),
      )
        .filter(({ name }) => name === 'RUN')
        .map((one) => runOf(one).script)
      const [kept, path] = [join(home.path, 'kept'), join(home.path, 'watched')]
      mkdirSync(kept)
      mkdirSync(path)
      const lines = [
        ...scripts.map((script) => `/bin/sh -c '${script.replaceAll("'", `'\\''`)}'`),
        // What a layer would have.
        `umount /run/secrets; cp -a /srv /opt /mnt '${kept}'; env > '${kept}/env'`,
      ]
      const line = onMachine(
        home,
        {
          programs: {},
          folders: { '/opt': {}, '/srv': {}, '/mnt': {}, '/run': {} },
          before: [
            `cp '${home.path}/tokn.tgz' /mnt/`,
            'mkdir /run/secrets; mount -t tmpfs none /run/secrets',
            'printf %s "$BUILD_TOKEN" > /run/secrets/token; unset BUILD_TOKEN',
          ],
        },
        ['sh', '-ec', lines.join('\n')],
      )
      const none = Object.keys(home.environment).map((name) => [name, undefined])
      const built = await startCommand(line, {
        home,
        env: {
          ...Object.fromEntries(none),
          PATH: `/opt/tokn/node_modules/.bin:${dirname(process.execPath)}:/usr/bin:/bin`,
          HOME: join(home.path, 'home'),
          BUILD_TOKEN: token,
          TOKN_BASE_URL: api.baseUrl,
        },
      }).ended
      expect(built.status, built.err).toBe(0)
      expect(readFileSync(join(kept, 'srv/orders.json'), 'utf8')).toMatch(/^[[{]/)
      const grep = ['grep', '-rlF', token, kept]
      expect((await startCommand(grep, { home }).ended).out).toBe('')
      expect(api.state.counts.logins).toBe(1)
    },
  )

  test.skipIf(!isolated)('gives its program a token, and ends as that does', async () => {
    const world = await openWorld('hosterby')
    open(world)
    const { api, home } = world
    addProgram(world, 'report', 'echo "$1:$API_TOKEN:$(id -u)"; env | grep -c _KEY_FILE; exit 7')
    const { env, secrets } = variablesOf(world, '/run/keys')
    const command = [...entrypoint, ...listOf('CMD')]
    const { ended } = startContainer({ home, command, env, secrets, emptyFolders: [] })
    const { status, out, err } = await ended
    const said = `/srv/orders.json:${api.state.live[0]}:${containerUser}\n0\n`
    expect({ status, out, err }).toEqual({ status: 7, out: said, err: '' })
  })

  test.skipIf(!isolated)(
    'can give it a file that is renewed, where nothing else can be written',
    async () => {
      const world = await openWorld('hosterby')
      open(world)
      const { api, home } = world
      addProgram(world, 'report', 'echo "$API_TOKEN_FILE:$(cat "$API_TOKEN_FILE")"; touch /new')
      const { env, secrets } = variablesOf(world, '/run/keys')
      const command = ['tokn', 'exec', '--file', 'API_TOKEN_FILE', '--', 'report']
      const { ended } = startContainer({ home, command, env, secrets, emptyFolders: [] })
      const { status, out, err } = await ended
      expect(out, err).toMatch(/^\/dev\/shm\/[^:]+:/)
      expect(out.trim().split(':')[1]).toBe(api.state.live[0])
      expect(err).toContain('Read-only file system')
      expect(status).toBe(1)
    },
  )

  test.skipIf(!isolated)('passes the signal on that ends a container', async () => {
    const world = await openWorld('hosterby')
    open(world)
    addProgram(world, 'report', "trap 'echo ended; exit 3' TERM; echo begun; sleep 60 & wait")
    const { env, secrets } = variablesOf(world, '/run/keys')
    const command = [...entrypoint, 'report']
    const running = startContainer({ ...world, command, env, secrets, emptyFolders: [] })
    await begun(running.child.stdout)
    process.kill(firstProcessOf(running) ?? 0, 'SIGTERM')
    expect(await running.ended).toMatchObject({ status: 3, out: 'begun\nended\n' })
  })

  test.skipIf(!isolated || !requirePart('tini'))(
    'needs --init for what is left behind',
    async () => {
      const world = await openWorld('hosterby')
      open(world)
      // A process whose parent has ended comes to the first process, and is a zombie when it ends.
      addProgram(world, 'report', '(sleep 0.2 &); sleep 0.6; echo begun; sleep 60 & wait')
      const { env, secrets } = variablesOf(world, '/run/keys')
      const command = [...entrypoint, 'report']
      for (const init of [[], ['tini', '--']]) {
        const running = startContainer({ ...world, command, env, secrets, emptyFolders: [], init })
        await begun(running.child.stdout)
        const first = firstProcessOf(running) ?? 0
        expect(zombiesOf(first)).toHaveLength(init.length === 0 ? 1 : 0)
        process.kill(first, 'SIGTERM')
        await running.ended
      }
    },
  )
})

/** Waits for the first that a program says. */
async function begun(stream: NodeJS.ReadableStream | null): Promise<void> {
  await new Promise<void>((resolve) => stream?.once('data', () => resolve()))
}
