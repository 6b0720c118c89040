import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

const descriptors = '/proc/self/fd'
let ignored = 0
let listeners: readonly unknown[] = []

/**
 * Ends the conversation with a secret service that does not answer, so that the thread waiting for
 * it returns: libsecret has no limit of its own, and a process cannot exit around a blocked thread.
 * Its socket is a Unix socket that Node's own event loop does not watch. Afterwards the library has
 * no connection any more, and may raise SIGTERM because of that, which is ignored for a second.
 * Does nothing where there is no /proc.
 */
export function disconnect(): void {
  const sockets = findForeignSockets()
  if (sockets.length === 0) return
  ignoreTermination()
  const { Socket } = process.getBuiltinModule('node:net')
  for (const fd of sockets) {
    try {
      const socket = new Socket({ fd, readable: false, writable: true })
      socket.on('error', () => undefined)
      // Closing one half is enough: the bus then closes the other, and that wakes the waiting
      // thread.
      socket.end()
    } catch {
      // Closed meanwhile.
    }
  }
}

function findForeignSockets(): readonly number[] {
  try {
    const links = readdirSync(descriptors).map((name) => [Number(name), linkOf(name)] as const)
    const watched = new Set(
      links
        .filter(([, link]) => link === 'anon_inode:[eventpoll]')
        .flatMap(([fd]) => watchedBy(fd)),
    )
    const unix = connectedUnixSockets()
    return links
      .filter(([fd, link]) => fd > 2 && !watched.has(fd) && unix.has(link))
      .map(([fd]) => fd)
  } catch {
    return []
  }
}

function linkOf(name: string): string {
  try {
    return readlinkSync(`${descriptors}/${name}`)
  } catch {
    return ''
  }
}

/** The descriptors that an epoll descriptor watches (proc(5), fdinfo). */
function watchedBy(fd: number): readonly number[] {
  const text = readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')
  return [...text.matchAll(/^tfd:\s+(\d+)/gm)].map((match) => Number(match[1]))
}

/** `socket:[inode]` of all connected stream sockets of the machine (proc(5), /proc/net/unix). */
function connectedUnixSockets(): ReadonlySet<string> {
  const lines = readFileSync('/proc/self/net/unix', 'utf8').split('\n')
  const fields = lines.map((line) => line.trim().split(/\s+/))
  return new Set(
    fields
      .filter(([, , , , kind, state]) => kind === '0001' && state === '03')
      .map((field) => `socket:[${field[6] ?? ''}]`),
  )
}

function ignoreTermination(): void {
  setTimeout(restoreTermination, 1_000).unref()
  if (ignored++ > 0) return
  listeners = process.rawListeners('SIGTERM')
  process.on('SIGTERM', ignore)
  for (const listener of listeners) process.off('SIGTERM', listener as () => void)
}

function restoreTermination(): void {
  if (--ignored > 0) return
  for (const listener of listeners) process.on('SIGTERM', listener as () => void)
  process.off('SIGTERM', ignore)
}

function ignore(): void {}
