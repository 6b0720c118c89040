import { readFileSync, statSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openWorld } from '../../catalogue/world.ts'
import { createDry, unknownFields } from '../../support/kubectl.ts'
import type { Environment } from '../../support/home.ts'
import { requirePart, requireParts } from '../../support/parts.ts'
import { containerUser, firstProcessOf, listInside, startContainer } from '../../support/pod.ts'
import { until } from '../../support/until.ts'
import { parseYaml, readCiFile } from '../../support/yaml.ts'
import { addProgram, entrypoint, open, variablesOf } from './container-world.ts'

const isolated = requireParts(
  'linux',
  'root',
  'setpriv',
  'mount namespace',
  'pid namespace',
  'read-only root',
)

interface CronJob {
  readonly spec: {
    readonly jobTemplate: {
      readonly spec: {
        readonly template: {
          readonly spec: {
            readonly containers: readonly PodContainer[]
            readonly initContainers?: readonly PodContainer[]
            readonly securityContext: object
          }
        }
      }
    }
  }
}

interface PodContainer {
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly securityContext: object
  readonly startupProbe?: { readonly exec: { readonly command: readonly string[] } }
}

function podOf(file: string) {
  const [cronJob] = parseYaml(readCiFile(file), '1.1') as readonly CronJob[]
  return cronJob!.spec.jobTemplate.spec.template.spec
}

describe.each(['kubernetes/cronjob.yaml', 'kubernetes/token-file.yaml'])('%s', (file) => {
  const kubectl = requirePart('kubectl')
  test.skipIf(!kubectl)(
    'has only fields that kubectl knows, with values that it takes',
    async () => {
      const text = readCiFile(file)
      expect(await unknownFields(text)).toEqual([])
      const wrong = text.replace('readOnlyRootFilesystem', 'readOnlyRootFileSystem')
      expect(await unknownFields(wrong)).toEqual([
        expect.stringMatching(/\/readOnlyRootFileSystem$/),
      ])
    },
  )

  test.skipIf(!kubectl)('would be created', async () => {
    const { status, out, err } = await createDry(readCiFile(file))
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^cronjob\.batch\/[\w-]+ created \(dry run\)\n$/)
  })

  test('runs as nobody in particular, on a root that is read-only', () => {
    const { containers, initContainers = [], securityContext } = podOf(file)
    expect(securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: containerUser })
    for (const one of [...containers, ...initContainers]) {
      expect(one.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      for (const { name, value } of one.env ?? []) {
        if (/KEY|SECRET|PASSWORD|TOKEN/.test(name)) expect(value).toMatch(/^\/run\/keys\//)
      }
    }
  })
})

/** Variables of a container; those of the login are of the API that is here. */
function envOf(container: PodContainer | undefined, given: Environment): Environment {
  const own = Object.fromEntries((container?.env ?? []).map(({ name, value }) => [name, value]))
  const kept = Object.entries(own).filter(([name]) => !/^TOKN_.*_FILE$|^TOKN_PROVIDER$/.test(name))
  return { ...Object.fromEntries(kept), ...given }
}

describe.skipIf(!isolated)('a pod', () => {
  test('has a token in the environment of its program', async () => {
    const world = await openWorld('hosterby')
    open(world)
    const { api, home } = world
    addProgram(world, 'report', 'echo "$1:$API_TOKEN"')
    const [container] = podOf('kubernetes/cronjob.yaml').containers
    const { env, secrets } = variablesOf(world, '/run/keys')
    const command = [...entrypoint, ...(container?.args ?? [])]
    const given = { home, command, secrets, emptyFolders: ['/run/tmp'] }
    // The folder of temporary files is another one: in that of this machine are the programs.
    const { ended } = startContainer({
      ...given,
      env: { ...envOf(container, env), TMPDIR: '/run/tmp' },
    })
    expect(await ended).toEqual({
      status: 0,
      out: `/srv/orders.json:${api.state.live[0]}\n`,
      err: '',
    })
  })

  test('has a good token in a file as long as its program runs', async () => {
    const world = await openWorld('rightech')
    open(world)
    const { api, home } = world
    const [sidecar] = podOf('kubernetes/token-file.yaml').initContainers ?? []
    const { env, secrets } = variablesOf(world, '/run/keys')
    const [script = ''] = sidecar?.args ?? []
    const command = [...(sidecar?.command ?? []), script.replace('sleep 60', 'sleep 0.2')]
    const running = startContainer({
      home,
      command,
      env: envOf(sidecar, env),
      secrets,
      emptyFolders: ['/run/token'],
    })
    const first = () => firstProcessOf(running) ?? 0
    await until(() => listInside(first(), '/run/token').includes('token'))
    expect(sidecar?.startupProbe?.exec.command).toEqual(['test', '-s', '/run/token/token'])
    const file = `/proc/${first()}/root/run/token/token`
    const read = () => readFileSync(file, 'utf8').trim()
    expect(api.state.live).toEqual([read()])
    const { mode, uid } = statSync(file)
    expect([mode & 0o777, uid]).toEqual([0o600, containerUser])
    process.kill(first(), 'SIGTERM')
    const { status, out, err } = await running.ended
    expect({ status, out }, err).toEqual({ status: 0, out: '' })
    expect(err).toContain('this job: logged out')
    expect(api.state.live).toEqual([])
    expect(api.state.counts.logins).toBe(1)
  })
})
