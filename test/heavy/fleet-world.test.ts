import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requireParts } from '../support/parts.ts'
import { openFleet, skews, type Fleet } from './support/fleet/fleet.ts'

const there = requireParts('root', 'netns', 'faketime', 'redis')

// What all other tests of a fleet rest on: that its machines are machines.
describe.runIf(there)('four machines on one', () => {
  let fleet: Fleet

  beforeAll(async () => {
    fleet = await openFleet('redis')
  })
  afterAll(async () => await fleet.close())

  it('have a name, a home, a start and a clock of their own', () => {
    const script =
      'const {hostname,userInfo}=require("os"),{readFileSync}=require("fs");' +
      'console.log(JSON.stringify([hostname(),userInfo().homedir,' +
      'readFileSync("/proc/sys/kernel/random/boot_id","utf8"),Math.round((Date.now()-REAL)/60e3)]))'
    const told = fleet.machines.map(({ under, environment }) => {
      const text = script.replace('REAL', String(Date.now()))
      const [program = '', ...args] = [...under, process.execPath, '-e', text]
      const { stdout } = spawnSync(program, args, { env: environment, encoding: 'utf8' })
      return JSON.parse(stdout) as [string, string, string, number]
    })
    for (const part of [0, 1, 2] as const) {
      expect(new Set(told.map((one) => one[part])).size).toBe(fleet.machines.length)
    }
    expect(told.map((one) => one[3])).toEqual(skews.map((skew) => skew / 60_000))
  })

  it('have no folder in common in which their processes would meet', () => {
    const places = ['/dev/shm', `/tmp/tokn-${process.geteuid?.()}`]
    const script =
      'const {readdirSync,writeFileSync}=require("fs");for(const place of PLACES){' +
      'console.log(readdirSync(place).length);writeFileSync(place+"/here","")}'
    for (const { under } of fleet.machines) {
      const text = script.replace('PLACES', JSON.stringify(places))
      const [program = '', ...args] = [...under, process.execPath, '-e', text]
      const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
      expect(stdout, stderr).toBe('0\n0\n')
    }
  })

  it('reach the server at their loopback, unless their wire is cut in either direction', async () => {
    const [machine] = fleet.machines
    const url = `http://127.0.0.1:${fleet.provider.port}/.well-known/oauth-authorization-server`
    const ask = () => machine!.fetch(url)
    expect(await ask()).toBe(200)
    for (const way of ['to', 'from', 'both'] as const) {
      machine!.drop(way)
      expect(await ask(), way).toBe(undefined)
      machine!.heal()
      expect(await ask(), way).toBe(200)
    }
  })

  it('the control: two clients with a copy each, and no store in common, lose the session', async () => {
    const alone = { TOKN_STORE: 'file', TOKN_STORE_URL: undefined, TOKN_PROFILE: undefined }
    const plain = { ...alone, LD_PRELOAD: undefined, FAKETIME: undefined }
    const [first, second] = [fleet.machine(0), fleet.machine(1)]
    const to = ['--issuer', `http://127.0.0.1:${fleet.provider.port}`, '--client-id', 'client']
    const line = ['login', 'web', ...to, '--flow', 'client', '--no-remember', '--quiet']
    const ended = await first.run(line, { ...plain, TOKN_CLIENT_SECRET: 'secret' })
    expect(ended, ended.err).toMatchObject({ status: 0 })
    for (const folder of ['.config', '.local']) {
      cpSync(join(first.home, folder), join(second.home, folder), { recursive: true })
    }
    const force = ['token', 'web', '--refresh', 'force']
    expect(await first.run(force, plain)).toMatchObject({ status: 0 })
    expect(await second.run(force, plain)).toMatchObject({ status: 4, out: '' })
    expect(await first.run(force, plain)).toMatchObject({ status: 4, out: '' })
    expect(fleet.provider.spentTwice()).toHaveLength(1)
    expect(fleet.provider.ended()).toBe(1)
  })
})
