import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bindForGroup } from '../../../src/io/agent/bind-for-group.ts'
import { bindSocket } from '../../../src/io/agent/bind.ts'
import { sweepSockets } from '../../../src/io/agent/sweep.ts'
import { isOwnSocket, socketFolder } from '../../../src/io/files/socket-place.ts'

/** Leaves a socket at which nobody listens. */
const leave =
  "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))"

let folder: string
let servers: Server[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tokn-socket-'))
  servers = []
})

afterEach(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function bind(path: string) {
  const server = createServer((socket) => socket.end())
  servers.push(server)
  return await bindSocket(server, path)
}

describe('the folder of sockets', () => {
  const fallback = join(userInfo().homedir, '.local/state/tokn/agent')

  it('is the one of the session where that belongs to this user alone', () => {
    expect(socketFolder({ XDG_RUNTIME_DIR: folder })).toBe(join(folder, 'tokn'))
    chmodSync(folder, 0o750)
    expect(socketFolder({ XDG_RUNTIME_DIR: folder })).toBe(fallback)
  })

  it.each([
    {},
    { XDG_RUNTIME_DIR: '' },
    { XDG_RUNTIME_DIR: 'run' },
    { XDG_RUNTIME_DIR: '/dev/null/nowhere' },
  ])('is at a place of its own for %o', (environment) => {
    expect(socketFolder({ ...environment, HOME: folder })).toBe(fallback)
  })
})

describe('a socket', () => {
  it('is bound once, and its name taken away by whoever bound it alone', async () => {
    const path = join(folder, 'a.sock')
    const bound = await bind(path)
    expect(bound).toBeDefined()
    expect(isOwnSocket(path)).toBe(true)
    expect(await bind(path)).toBeUndefined()
    bound?.remove()
    expect(isOwnSocket(path)).toBe(false)
    const second = await bind(path)
    // The first one knows that this is no longer its own.
    bound?.remove()
    expect(isOwnSocket(path)).toBe(true)
    second?.remove()
  })

  it.each([
    ['a file', (path: string) => writeFileSync(path, '')],
    ['a folder', (path: string) => mkdirSync(path)],
    ['a link', (path: string) => symlinkSync('/dev/null', path)],
    ['a link to nothing', (path: string) => symlinkSync('nothing', path)],
  ])('is not made in the place of %s', async (_, make) => {
    const path = join(folder, 'a.sock')
    make(path)
    await expect(bind(path)).rejects.toMatchObject({ code: 'store' })
    expect(() => isOwnSocket(path)).toThrow('it is no socket')
  })

  it('is refused in a folder that others can use, and where others can use it', async () => {
    const path = join(folder, 'a.sock')
    const bound = await bind(path)
    chmodSync(folder, 0o711)
    expect(() => isOwnSocket(path)).toThrow('other users have access to it')
    chmodSync(folder, 0o700)
    chmodSync(path, 0o660)
    expect(() => isOwnSocket(path)).toThrow('other users have access to it')
    bound?.remove()
    const link = `${folder}-link`
    symlinkSync(folder, link)
    await expect(bind(join(link, 'b.sock'))).rejects.toThrow('it is a link')
    rmSync(link)
  })

  it('is refused where the system would cut its path off', async () => {
    const path = join(folder, 'a'.repeat(104 - folder.length))
    expect(path.length).toBe(105)
    await expect(bind(path)).rejects.toMatchObject({
      message: expect.stringContaining('105 bytes'),
    })
    expect(() => isOwnSocket(`${folder}/${'ä'.repeat(40)}${'a'.repeat(40)}`)).toThrow('too long')
  })

  it('leaves nothing behind where it cannot get its name', async () => {
    const path = join(folder, 'a.sock')
    const server = createServer()
    // Whoever is at work in the folder, too, makes it in the last moment.
    server.once('listening', () => mkdirSync(path))
    await expect(bindSocket(server, path)).rejects.toMatchObject({ code: 'store' })
    expect(server.listening).toBe(false)
    expect(readdirSync(folder)).toEqual(['a.sock'])
  })

  it('that a killed process has left is swept, and none that is of use', async () => {
    const left = join(folder, 'exec-999999999-a.sock')
    const used = join(folder, `exec-999999998-b.sock`)
    const others = join(folder, 'agent.sock')
    for (const path of [left, used, others]) await bind(path)
    const gone = servers[0]
    await new Promise((resolve) => gone?.close(resolve))
    writeFileSync(join(folder, 'exec-999999997-c.sock'), 'a file')
    expect(await sweepSockets(folder)).toEqual([left])
    expect([used, others].map(isOwnSocket)).toEqual([true, true])
    expect(await sweepSockets(join(folder, 'nothing'))).toEqual([])
  })

  it('of a group that was never given its name is swept when the next one is made', async () => {
    const left = join(folder, '.999999999')
    spawnSync(process.execPath, ['-e', leave, left])
    expect(readdirSync(folder)).toEqual(['.999999999'])
    chmodSync(folder, 0o711)
    const server = createServer()
    servers.push(server)
    const group = String(process.getgid?.())
    const environment = process.env
    const bound = await bindForGroup(server, { path: join(folder, 'g.sock'), group, environment })
    expect(readdirSync(folder)).toEqual(['g.sock'])
    bound?.remove()
  })
})
