import { lstatSync, renameSync, unlinkSync } from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'
import { systemCode } from '../../core/errors.ts'
import { ensureDirectory } from '../files/files.ts'
import { checkSocketFolder, checkSocketPath, isOwnSocket } from '../files/socket-place.ts'
import { translateSystemError } from '../files/system-error.ts'
import { nameBefore } from './socket-names.ts'

/** Connections that wait to be accepted; the kernel may have a lower limit (net.core.somaxconn). */
export const backlog = 4_096

export interface BoundSocket {
  readonly path: string
  /** Whether it can still be found under that name. */
  isOurs(): boolean
  /** Takes the name away, if it is still that of our socket. */
  remove(): void
}

/**
 * Has `server` listen at `path`; `undefined` where another process answers there. It listens before it
 * has that name, so that whoever finds the name is answered, and what a process left there that is
 * gone is replaced in one step. Whoever calls holds the lock of the path. Throws `store` where
 * something else has the name, and where others could get at it.
 */
export async function bindSocket(server: Server, path: string): Promise<BoundSocket | undefined> {
  checkSocketPath(path)
  const folder = dirname(path)
  ensureDirectory(folder)
  checkSocketFolder(folder)
  if (isOwnSocket(path) && (await isAnswered(path))) return undefined
  return await listenAs(server, path)
}

/**
 * Has `server` listen beside `path`, and gives its socket that name once `prepare` has made it what it
 * is to be. Nothing is left where that fails. Throws `store`, and what `prepare` throws.
 */
export async function listenAs(
  server: Server,
  path: string,
  prepare: (first: string) => Promise<void> = async () => undefined,
): Promise<BoundSocket> {
  const first = checkSocketPath(join(dirname(path), nameBefore()))
  removeQuietly(first)
  await listen(server, first)
  try {
    await prepare(first)
    const { ino } = lstatSync(first)
    renameSync(first, path)
    const isOurs = () => lstatSync(path, { throwIfNoEntry: false })?.ino === ino
    return {
      path,
      isOurs,
      remove: () => {
        if (isOurs()) removeQuietly(path)
      },
    }
  } catch (error) {
    removeQuietly(first)
    server.close()
    throw translateSystemError('create', path, error)
  }
}

/** Whether a process listens there. */
export async function isAnswered(path: string): Promise<boolean> {
  return await new Promise<boolean>((resolve, reject) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', (error) => {
      const code = systemCode(error)
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(false)
      // Its backlog is full: somebody is there.
      else if (code === 'EAGAIN') resolve(true)
      else reject(translateSystemError('use', path, error))
    })
  })
}

async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177)
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path, backlog }, () => {
        server.off('error', reject)
        resolve()
      })
      // The name is made by the call itself.
      process.umask(before)
    })
  } catch (error) {
    throw translateSystemError('create', path, error)
  } finally {
    process.umask(before)
  }
}

export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is gone, or stays and answers nobody.
  }
}
