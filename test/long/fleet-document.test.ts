import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { installed, onMachine } from '../support/another-root.ts'
import { startEngine, type EngineServer } from '../support/engines.ts'
import { makeHome, root, type Environment, type Home } from '../support/home.ts'
import { createDry, unknownFields } from '../support/kubectl.ts'
import { requirePart, requireParts } from '../support/parts.ts'
import { startCommand, type Running } from '../support/run.ts'
import { addressOf, credentialsOf, startServers, type Servers } from '../support/servers.ts'
import { until } from '../support/until.ts'
import { parseYaml } from '../support/yaml.ts'

const guide = readFileSync(join(root, 'docs/fleet.md'), 'utf8')
const stores = readFileSync(join(root, 'docs/stores.md'), 'utf8')
const ci = readFileSync(join(root, 'docs/ci.md'), 'utf8')

/** What is to be copied out of a document, in one language and below one heading. */
function blocksIn(text: string, heading: string, language: string): readonly string[] {
  const section = text.split(`\n${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''
  const blocks = section.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))
  return [...blocks].map(([, block = '']) => block)
}

interface Container {
  readonly command: readonly string[]
  readonly env: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly volumeMounts: ReadonlyArray<{ readonly name: string; readonly mountPath: string }>
}

interface Pod {
  readonly containers: readonly [Container]
  readonly volumes: ReadonlyArray<{ readonly secret: { readonly secretName: string } }>
}

interface Workflow {
  readonly jobs: {
    readonly test: {
      readonly env: Environment
      readonly steps: ReadonlyArray<{ readonly run?: string; readonly env?: Environment }>
    }
  }
}

describe.skipIf(!requirePart('postgres'))('docs/fleet.md, as it is pasted', () => {
  let engine: EngineServer
  let servers: Servers
  let home: Home
  let administrator: Client
  const running: Running[] = []
  const here = (text: string) => text.replaceAll('db.example.com', `127.0.0.1:${engine.port}`)
  const none: Environment = { TOKN_STORE: undefined, TOKN_STORE_KEY: undefined }
  const shell = async (script: string, env: Environment = {}) =>
    await startCommand(['bash', '-ec', here(script)], { home, env: { ...none, ...env } }).ended
  const addProgram = (path: string, lines: string) => {
    writeFileSync(path, `#!/bin/sh\n${lines}\n`)
    chmodSync(path, 0o755)
  }
  const isLive = (token: string) => servers.api('hosterby').state.live.includes(token.trim())

  beforeAll(async () => {
    ;[engine, servers] = await Promise.all([startEngine('postgres'), startServers(['hosterby'])])
    home = makeHome()
    administrator = new Client({ connectionString: engine.url })
    await administrator.connect()
    const [before = '', after = ''] = blocksIn(stores, '### Roles of PostgreSQL', 'sql')
    await administrator.query(before)
    const [first = ''] = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block)
    for (const [number, name] of ['db', 'refresher', 'reader'].entries()) {
      writeFileSync(join(home.work, `${name}.password`), `change me ${number + 1}\n`)
    }
    const api = servers.api('hosterby')
    const address = { TOKN_BASE_URL: addressOf(api).at(-1) }
    const { status, out, err } = await shell(first, { ...address, ...credentialsOf(api) })
    expect(status, err).toBe(0)
    expect(isLive(out)).toBe(true)
    await administrator.query(after)
  })
  afterEach(async () => {
    for (const { child, ended } of running.splice(0)) {
      child.kill('SIGTERM')
      await ended
    }
  })
  afterAll(async () => {
    await administrator.end()
    await Promise.all([engine.close(), servers.close()])
    home.remove()
  })

  const work = (name: string) => join(home.work, name)
  const content = (name: string) => readFileSync(work(name), 'utf8').trim()
  const readersUrl = () => `postgres://tokn_reader@127.0.0.1:${engine.port}/tokn`

  /** A step of a workflow, with what its expressions stand for. */
  const runStep = async (script: string, env: Environment) => {
    const values: Readonly<Record<string, string>> = {
      'vars.TOKN_STORE_URL': readersUrl(),
      'secrets.TOKN_STORE_URL': readersUrl().replace(
        '@',
        `:${encodeURIComponent(content('reader.password'))}@`,
      ),
      'secrets.TOKN_READER_KEY': content('reader.key'),
      'secrets.TOKN_STORE_PASSWORD': content('reader.password'),
      'matrix.shard': '3',
    }
    const evaluate = (text: string) =>
      text.replaceAll(/\$\{\{ ([\w.]+) \}\}/g, (_, name: string) => {
        if (values[name] === undefined) throw new Error(`nothing says what ${name} is`)
        return values[name]
      })
    const given = Object.entries(env).map(([name, value = '']) => [name, evaluate(value)])
    return await shell(evaluate(script), Object.fromEntries(given) as Environment)
  }

  test('the matrix for GitHub: a job has a token, and none of the secrets', async () => {
    const [text = ''] = blocksIn(guide, '## A GitHub matrix', 'yaml')
    const [workflow] = parseYaml(text) as readonly Workflow[]
    const { env, steps } = workflow!.jobs.test
    addProgram(work('run-tests'), 'echo "$1:$API_TOKEN"; env | grep ^TOKN_STORE || true')
    const last = steps.at(-1)
    const { status, out, err } = await runStep(last?.run ?? '', { ...env, ...last?.env })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toMatch(/^3:\S+\n$/)
    expect(isLive(out.slice(2))).toBe(true)
  })

  test('the job of three variables of docs/ci.md', async () => {
    const [text = ''] = blocksIn(ci, '### One session for all jobs', 'yaml')
    const [{ env, steps }] = parseYaml(text) as readonly [Workflow['jobs']['test']]
    addProgram(work('deploy.sh'), 'echo "$API_TOKEN"; env | grep ^TOKN_STORE || true')
    const { status, out, err } = await runStep(steps[0]?.run ?? '', env)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(isLive(out)).toBe(true)
  })

  const kubernetes = () => blocksIn(guide, '## Kubernetes', 'yaml')[0] ?? ''

  test.skipIf(!requirePart('kubectl'))('the files for Kubernetes would be created', async () => {
    for (const one of kubernetes().split('\n---\n')) expect(await unknownFields(one)).toEqual([])
    const { status, out, err } = await createDry(kubernetes())
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out.match(/^\S+\/\S+ created/gm)).toEqual([
      'deployment.apps/tokn-refresher created',
      'cronjob.batch/report created',
    ])
  })

  test('what they run: one renews, and the others wish for it', async () => {
    const [deployment, job] = parseYaml(kubernetes(), '1.1') as readonly [
      { spec: { template: { spec: Pod } } },
      { spec: { jobTemplate: { spec: { template: { spec: Pod } } } } },
    ]
    const [secrets = ''] = blocksIn(guide, '## Kubernetes', 'sh')
    const start = ({ containers: [container], volumes }: Pod, more: readonly string[] = []) => {
      const { secretName = '' } = volumes[0]?.secret ?? {}
      // Where the files of the secret are, by the line that makes it.
      const line = secrets.split('\n').find((one) => one.includes(` ${secretName} `)) ?? ''
      const files = Object.fromEntries(
        [...line.matchAll(/--from-file=(\w+)=(\S+)/g)].map(([, name, path]) => [name, path]),
      )
      const [mount] = container.volumeMounts
      const env = container.env.map(({ name, value }) => {
        const [folder, file = ''] = value.split(/\/(?=\w+$)/)
        return [name, folder === mount?.mountPath ? work(files[file] ?? '') : here(value)]
      })
      const given = { ...none, ...(Object.fromEntries(env) as Environment) }
      const command = more.length === 0 ? container.command : more
      return startCommand(command, { home, env: given })
    }
    const pod = job.spec.jobTemplate.spec.template.spec
    const refresher = start(deployment.spec.template.spec)
    running.push(refresher)
    let told = ''
    refresher.child.stderr?.on('data', (part: Buffer) => (told += part.toString()))
    await until(() => told.includes('refreshing 1 session'))
    addProgram(join(home.path, 'bin/report'), 'echo "$API_TOKEN"')
    const before = (await start(pod).ended).out
    expect(isLive(before)).toBe(true)
    const wished = await start(pod, ['tokn', 'refresh', 'web']).ended
    expect(wished, wished.err).toMatchObject({ status: 0 })
    expect(told).toContain('by wish')
    const after = await start(pod).ended
    expect(after, after.err).toMatchObject({ status: 0, err: '' })
    expect(after.out).not.toBe(before)
    expect(isLive(after.out)).toBe(true)
  })

  const verifies = requireParts('systemd-analyze', 'root', 'mount namespace')
  test.skipIf(!verifies)('the unit for systemd is one', async () => {
    const [unit = ''] = blocksIn(guide, '## Machines of your own', 'ini')
    const path = work('tokn-refresher.service')
    writeFileSync(path, unit)
    const line = ['systemd-analyze', '--recursive-errors=yes', 'verify', path]
    const machine = onMachine(home, { programs: { '/usr/local/bin': installed } }, line)
    expect(await startCommand(machine, { home }).ended).toEqual({ status: 0, out: '', err: '' })
  })

  test('what it runs renews, by what it is given', async () => {
    const [unit = ''] = blocksIn(guide, '## Machines of your own', 'ini')
    const credentials = join(home.path, 'credentials')
    mkdirSync(credentials)
    writeFileSync(join(credentials, 'key'), content('tokn.key'))
    writeFileSync(join(credentials, 'password'), content('refresher.password'))
    const lines = [...unit.matchAll(/^Environment=(.*)$/gm)].flatMap(([, line = '']) =>
      here(line).replaceAll('%d', credentials).replaceAll('%S', home.path).split(' '),
    )
    const env = Object.fromEntries(lines.map((line) => line.split(/=(.*)/))) as Environment
    const [, program = ''] = /^ExecStart=\/usr\/local\/bin\/(.*)$/m.exec(unit) ?? []
    const service = startCommand(program.split(' '), { home, env: { ...none, ...env } })
    running.push(service)
    let told = ''
    service.child.stderr?.on('data', (part: Buffer) => (told += part.toString()))
    await until(() => told !== '')
    expect(told).toContain('refreshing 1 session')
  })

  test('a machine with a profile of its own needs no address from then on', async () => {
    const [script = ''] = blocksIn(guide, '## Machines of your own', 'sh')
    const { status, out, err } = await shell(script)
    expect(status, err).toBe(0)
    expect(isLive(out)).toBe(true)
  })

  test('the key is changed by the lines that say so', async () => {
    const [script = ''] = blocksIn(guide, '### Changing the key', 'sh')
    const env = {
      TOKN_STORE_URL: `postgres://tokn_refresher@127.0.0.1:${engine.port}/tokn`,
      TOKN_STORE_KEY_FILE: 'tokn.key',
      TOKN_STORE_PASSWORD_FILE: 'refresher.password',
    }
    const ended = await shell(script, env)
    expect(ended.status, ended.err).toBe(0)
    expect(await shell('tokn token web', env)).toMatchObject({ status: 8, out: '' })
    const changed = await shell('tokn token web', { ...env, TOKN_STORE_KEY_FILE: 'new.key' })
    expect(isLive(changed.out)).toBe(true)
  })
})
