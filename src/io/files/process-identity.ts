import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { systemCode } from '../../core/errors.ts'
import { isObject, ownString } from '../../core/json.ts'

/** Identifies one run of a program, also when it has ended and another one has its process id. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot; empty where the system does not tell. */
  readonly start: string
  /** Empty where the system does not tell. */
  readonly boot: string
  /** Empty where the system does not tell. */
  readonly namespace: string
  readonly host: string
}

/**
 * `unknown`: this process cannot tell, because that one is elsewhere, is stopped and may never go
 * on, or the system does not say.
 */
export type Life = 'alive' | 'dead' | 'unknown'

export function identifyProcess(): ProcessIdentity {
  return {
    pid: process.pid,
    start: processState(process.pid)?.start ?? '',
    boot: read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) ?? '',
    namespace: read(() => readlinkSync('/proc/self/ns/pid')) ?? '',
    host: hostname(),
  }
}

export function parseIdentity(value: unknown): ProcessIdentity | undefined {
  if (!isObject(value)) return undefined
  const pid = value['pid']
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined
  return {
    pid,
    start: ownString(value, 'start') ?? '',
    boot: ownString(value, 'boot') ?? '',
    namespace: ownString(value, 'namespace') ?? '',
    host: ownString(value, 'host') ?? '',
  }
}

/** This invocation of the program as text, and whether the one that such a text identifies has ended. */
export function openInvocations() {
  const self = identifyProcess()
  return {
    own: JSON.stringify(self),
    isOver: (text: string): boolean | undefined => {
      const other = parseIdentity(parseJson(text))
      if (other === undefined) return undefined
      const rebooted = other.host === self.host && other.boot !== self.boot
      const life = lifeOf(other, self)
      return rebooted || life === 'dead' ? true : life === 'alive' ? false : undefined
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Whether `other` still runs, as far as `self` can see. */
export function lifeOf(other: ProcessIdentity, self: ProcessIdentity): Life {
  const visible =
    other.host === self.host && other.boot === self.boot && other.namespace === self.namespace
  if (!visible) return 'unknown'
  if (self.start !== '' && other.start !== '') {
    const state = processState(other.pid)
    if (state === undefined || state.ended || state.start !== other.start) return 'dead'
    return state.stopped ? 'unknown' : 'alive'
  }
  // Without a start time a living process of this id may be another program by now.
  return exists(other.pid) ? 'unknown' : 'dead'
}

/** From /proc/PID/stat (proc(5)): fields 3 and 22; the name before them may contain anything. */
function processState(
  pid: number,
): { start: string; ended: boolean; stopped: boolean } | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
  const start = fields?.[19]
  if (fields === undefined || start === undefined) return undefined
  const letter = fields[0] ?? ''
  return { start, ended: /^[ZXx]/.test(letter), stopped: /^[Tt]/.test(letter) }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return systemCode(error) !== 'ESRCH'
  }
}

function read(source: () => string): string | undefined {
  try {
    return source()
  } catch {
    return undefined
  }
}
