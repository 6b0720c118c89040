import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { isTerminal } from '../terminal/is-terminal.ts'

const forwarded = ['SIGUSR1', 'SIGUSR2'] as const
const ending = ['SIGTERM', 'SIGHUP'] as const
// A terminal sends these to the whole foreground group, so the child has them already.
const fromTerminal = ['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGTSTP'] as const

/**
 * Milliseconds in which a child may end by a signal that was sent to the whole group. Sent once more
 * while it ends, it would die of it, and its exit status with it.
 */
const endingTime = 200

/** Where a process stands, by proc(5): fields 3 to 8 of /proc/PID/stat. */
interface Place {
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** The terminal that it belongs to; 0 for none. */
  readonly terminal: number
  /** The group that has that terminal. */
  readonly foreground: number
}

/**
 * From now on a child at a terminal gets each signal that is meant for it, and once: those that the
 * terminal has sent to us both are not sent again. Where it is stopped, so are we, that the shell sees
 * it; where we go on, so does it. Returns what ends that.
 */
export function forwardInTerminal(running: () => ChildProcess | undefined): () => void {
  const handlers = new Map<NodeJS.Signals, () => void>()
  const placeOfChild = () => placeOf(running()?.pid)
  const send = (signal: NodeJS.Signals) => running()?.kill(signal)
  let askedToStop = false
  let stopping = false
  for (const signal of forwarded) handlers.set(signal, () => send(signal))
  for (const signal of ending) {
    handlers.set(signal, () => {
      if (isInOurGroup(placeOfChild())) setTimeout(() => send(signal), endingTime).unref()
      else send(signal)
    })
  }
  for (const signal of fromTerminal) {
    handlers.set(signal, () => {
      if (hadByTerminal(signal, placeOfChild())) {
        // That it has stopped may be heard a moment before it can be seen.
        if (signal === 'SIGTSTP') setTimeout(follow, 100)
        return
      }
      send(signal)
      if (signal !== 'SIGTSTP') return
      askedToStop = true
      follow()
    })
  }
  handlers.set('SIGCHLD', follow)
  handlers.set('SIGCONT', () => {
    askedToStop = false
    goOn()
    stopping = false
  })
  for (const [signal, handler] of handlers) process.on(signal, handler)
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }

  /** Stops where the child has stopped: at once, where that cannot be seen. */
  function follow(): void {
    const place = placeOfChild()
    const isStopped = place === undefined ? askedToStop && own() === undefined : place.state === 'T'
    // What was heard of the same stop before, and is looked at after it, is no further one.
    if (stopping || !isStopped || !(askedToStop || isJob())) return
    askedToStop = false
    stopping = true
    process.kill(process.pid, 'SIGSTOP')
  }

  /** The child was not continued with us, where it has a group of its own. */
  function goOn(): void {
    const place = placeOfChild()
    if (place === undefined ? own() === undefined : place.state === 'T') send('SIGCONT')
  }
}

/** Whether a signal to us came from the terminal, so that the child has got it as well. */
function hadByTerminal(signal: NodeJS.Signals, child: Place | undefined): boolean {
  const us = own()
  if (us === undefined) return signal !== 'SIGWINCH' && signal !== 'SIGTSTP' && isTerminal(0)
  return us.terminal !== 0 && us.group === us.foreground && child?.group === us.group
}

/** Whether what was sent to us may have been sent to the whole group, the child among it: that cannot be seen. */
function isInOurGroup(child: Place | undefined): boolean {
  const us = own()
  return us !== undefined && us.group === child?.group
}

/** Whether a shell would continue us: a group that none looks after would stay as it is. */
function isJob(): boolean {
  const us = own()
  if (us === undefined || us.terminal === 0) return false
  let parent = placeOf(us.parent)
  while (parent !== undefined && parent.group === us.group) parent = placeOf(parent.parent)
  return parent?.session === us.session
}

function own(): Place | undefined {
  return placeOf('self')
}

/** `undefined` where there is no such process, or no /proc. */
function placeOf(pid: number | 'self' | undefined): Place | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in brackets may contain anything.
    const [state = '', ...numbers] = text.slice(text.lastIndexOf(')') + 2).split(' ', 6)
    const [parent = 0, group = 0, session = 0, terminal = 0, foreground = 0] = numbers.map(Number)
    return { state, parent, group, session, terminal, foreground }
  } catch {
    return undefined
  }
}
