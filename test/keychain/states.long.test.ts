import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requirePart } from '../support/parts.ts'
import { until } from '../support/until.ts'
import { applied, keyringAvailable, startKeyring, type Keyring } from './keyring.ts'
import { buildProgram, run, withKeytar, type Built, type Ended, type Running } from './run.ts'

const available = keyringAvailable()
/** In milliseconds: a bus waits 25 s, libsecret 50 s; the limit is 3 s, on a machine that may be busy. */
const longest = 15_000
let built: Built

beforeAll(async () => {
  built = await buildProgram('program.ts')
})

afterAll(() => built.remove())

function start(environment: Readonly<Record<string, string | undefined>>): Running {
  return run(built.program, ['keychain'], applied({ ...withKeytar, ...environment }))
}

async function perform(
  environment: Readonly<Record<string, string | undefined>>,
  line: string,
): Promise<Ended> {
  const program = start(environment)
  program.tell(line)
  if (line.startsWith('read') || line.startsWith('remove')) {
    await program.line().catch(() => undefined)
    program.kill('SIGKILL')
  }
  return await program.ended
}

describe.runIf(available)('the keychain, in every state that it can be found in', () => {
  it.each([
    ['locked', 'key', 'the keychain is locked; unlock it'],
    ['locked', 'write a 1 10', 'the keychain is locked; unlock it'],
    ['empty', 'write a 1 10', 'the secret service has no keyring to store in; log in'],
    ['empty', 'key', 'the secret service has no keyring to store in; log in'],
    ['no-daemon', 'read a', 'there is no secret service in this session; start gnome-keyring'],
    ['no-daemon', 'write a 1 10', 'there is no secret service in this session; start gnome'],
    ['no-bus', 'read a', 'there is no secret service in this session; start gnome-keyring'],
    ['no-bus', 'key', 'there is no secret service in this session; start gnome-keyring'],
  ] as const)('E1, E2: %s: %s is refused with status 8', async (state, line, words) => {
    const keyring = await startKeyring(state)
    try {
      const { status, err, milliseconds } = await perform(keyring.environment, line)
      expect(err).toContain(`store: ${words}`)
      expect(err).toContain('--store file')
      expect(status).toBe(8)
      expect(milliseconds).toBeLessThan(longest)
    } finally {
      await keyring.close()
    }
  })

  it('E2: tells no entry from a locked keyring only by the sealing key', async () => {
    const keyring = await startKeyring('locked')
    const program = start(keyring.environment)
    program.tell('read a')
    expect(await program.line()).toBe('(none)')
    program.tell('key')
    expect((await program.ended).err).toContain('locked')
    await keyring.close()
  })

  it('E5: says that libsecret is missing', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tokn-libsecret-'))
    writeFileSync(join(directory, 'libsecret-1.so.0'), '')
    const { status, err } = await perform({ LD_LIBRARY_PATH: directory }, 'read a')
    rmSync(directory, { recursive: true })
    expect(err).toContain('store: the keychain cannot be used: libsecret is not installed')
    expect(status).toBe(8)
  })

  it('E5: says that keytar is missing', async () => {
    const program = run(built.program, ['keychain'], applied({ NODE_PATH: undefined }))
    program.tell('read a')
    const { status, err } = await program.ended
    expect(err).toContain('store: the keychain module "keytar" is not installed')
    expect(status).toBe(8)
  })
})

describe.runIf(available)('a secret service that hangs or dies', () => {
  let keyring: Keyring

  beforeAll(async () => {
    keyring = await startKeyring('unlocked')
  })

  afterAll(async () => await keyring.close())

  it('E3: stopped before the first call: every operation ends with status 8 in time', async () => {
    const programs = ['read a', 'write a 9 10', 'remove a', 'key'].map((line) => {
      const program = start(keyring.environment)
      return () => (program.tell(line), program.ended)
    })
    expect((await whileStopped(programs)).map(summarize)).toEqual(allUnanswered)
  })

  it('E3: stopped after a good call: every operation ends with status 8 in time', async () => {
    const lines = ['read b', 'write b 2 10', 'remove b', 'key']
    const programs = lines.map(async (line, index) => {
      const program = start(keyring.environment)
      program.tell(`write b${index} 1 10`)
      expect(await program.line()).toBe('written')
      return () => (program.tell(line), program.ended)
    })
    expect((await whileStopped(await Promise.all(programs))).map(summarize)).toEqual(allUnanswered)
  })

  it('E7: killed and started anew: the same process goes on', async () => {
    const program = start(keyring.environment)
    program.tell('write c 1 10')
    expect(await program.line()).toBe('written')
    process.kill(keyring.pid(), 'SIGKILL')
    await keyring.restart()
    program.tell('read c')
    expect(await program.line()).toBe('{"generation":1,"filling":"1111111111"}')
    program.tell('write c 2 10')
    expect(await program.line()).toBe('written')
    program.kill('SIGKILL')
    await program.ended
  })

  it('E6: where a bus never answers, a signal ends what cannot be freed', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tokn-bus-'))
    const path = join(directory, 'bus')
    // Stopped, so that it accepts nothing and closes nothing either.
    const stops = `process.kill(process.pid, 'SIGSTOP')`
    const listens = `require('node:net').createServer().listen('${path}', () => ${stops})`
    const bus = spawn(process.execPath, ['-e', listens])
    await until(() => readFileSync(`/proc/${bus.pid}/stat`, 'utf8').includes(') T '))
    const ended = await perform({ DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` }, 'key')
    bus.kill('SIGKILL')
    rmSync(directory, { recursive: true })
    expect(ended.err).toContain('store: the keychain did not answer within 3 s')
    // A thread that was about to read when its socket was closed is free.
    expect(ended).toMatchObject(
      ended.signal === null ? { status: 8 } : { status: null, signal: 'SIGKILL' },
    )
    expect(ended.milliseconds).toBeLessThan(longest)
  })

  async function whileStopped(
    programs: ReadonlyArray<() => Promise<Ended>>,
  ): Promise<readonly Ended[]> {
    const daemon = keyring.pid()
    process.kill(daemon, 'SIGSTOP')
    const ended = await Promise.all(programs.map(async (program) => await program()))
    process.kill(daemon, 'SIGCONT')
    return ended
  }
})

const unanswered = { words: true, status: 8, signal: null, disturbed: false, inTime: true }

const allUnanswered = [unanswered, unanswered, unanswered, unanswered]

function summarize({ status, signal, out, err, milliseconds }: Ended): typeof unanswered | object {
  return {
    words: err.startsWith('store: the keychain did not answer within 3 s; if it asks'),
    status,
    signal,
    disturbed: out.includes('SIGTERM'),
    inTime: milliseconds < longest,
  }
}

describe.runIf(available)('what rests in the keyring', () => {
  let keyring: Keyring

  beforeAll(async () => {
    keyring = await startKeyring('unlocked')
  })

  afterAll(async () => await keyring.close())

  it.skipIf(!requirePart('secret-tool'))('is found by an independent witness', async () => {
    const program = start(keyring.environment)
    program.tell('write witness 3 5')
    await program.line()
    program.kill('SIGKILL')
    const value = execFileSync(
      'secret-tool',
      ['lookup', 'service', 'tokn/v1', 'account', 'witness'],
      {
        env: applied(keyring.environment),
        encoding: 'utf8',
      },
    )
    expect(Buffer.from(value, 'base64url').toString()).toBe('{"generation":3,"filling":"33333"}')
  })

  it('E13: survives writers that are killed', async () => {
    let acknowledged = 0
    for (let round = 0; round < 20; round++) {
      const writer = start(keyring.environment)
      writer.tell(`forever killed ${acknowledged + 1} 3000`)
      for (let lines = 0; lines < 1 + (round % 3); lines++)
        acknowledged = Number(await writer.line())
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20))
      writer.kill('SIGKILL')
      const { out } = await writer.ended
      acknowledged = Number(out.trim().split('\n').at(-1))
      const reader = start(keyring.environment)
      reader.tell('read killed')
      const text = await reader.line()
      reader.kill('SIGKILL')
      const { generation, filling } = JSON.parse(text) as { generation: number; filling: string }
      expect(filling).toBe(String(generation % 10).repeat(3_000))
      expect(generation).toBeGreaterThanOrEqual(acknowledged)
      acknowledged = generation
    }
  })

  it('gives one sealing key to all who need it', async () => {
    const programs = [start(keyring.environment), start(keyring.environment)]
    for (const program of programs) program.tell('key')
    const first = await programs[0]!.line()
    programs[0]!.tell('key')
    expect(await programs[0]!.line()).toBe(first)
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    for (const program of programs) program.kill('SIGKILL')
  })
})
