import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { promisify } from 'node:util'
import { isRunning } from './is-running.ts'

/** What can be seen of a process from outside. */
export interface ProcessFacts {
  readonly pid: number
  /** 0 where there is none, or none that can be seen. */
  readonly parent: number
  /** Tells a process from a later one with the same id; empty where the system does not say. */
  readonly start: string
  /** Whether it has ended, and nobody has asked yet how. */
  readonly ended: boolean
  /**
   * What it runs, and with which words. A process that has only been forked has that of its parent;
   * empty where the system does not say.
   */
  readonly image: string
}

/** The processes of this machine, as far as they can be seen. */
export interface ProcessTable {
  /** `undefined` where there is no such process. */
  look(pid: number): Promise<ProcessFacts | undefined>
  /** How often to look again at what may have changed, in milliseconds. */
  readonly pause: number
}

export function openProcessTable(): ProcessTable {
  if (existsSync('/proc/self/stat')) return procTable
  return process.platform === 'win32' ? bareTable : psTable
}

/** By proc(5). */
export const procTable: ProcessTable = {
  look: async (pid) => {
    const text = read(() => readFileSync(`/proc/${pid}/stat`, 'latin1'))
    // The name in brackets may contain anything.
    const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields === undefined) return bareFacts(pid)
    // 3 state, 4 ppid, 22 starttime, 28 startstack, 48 arg_start, 50 env_start.
    const field = (number: number) => fields[number - 3] ?? ''
    const executable = read(() => readlinkSync(`/proc/${pid}/exe`)) ?? ''
    const words = read(() => readFileSync(`/proc/${pid}/cmdline`, 'latin1')) ?? ''
    return {
      pid,
      parent: Number(field(4)),
      start: field(22),
      ended: /^[ZXx]/.test(field(3)),
      // A program that is started anew is laid out anew in memory, also where it has the same words.
      image: JSON.stringify([executable, words, field(28), field(48), field(50)]),
    }
  },
  pause: 1_000,
}

/** By ps(1) as POSIX has it, with the start time that every BSD and Linux adds. */
export const psTable: ProcessTable = {
  look: async (pid) => {
    const columns = ['ppid=', 'stat=', 'lstart=', 'args='].flatMap((column) => ['-o', column])
    const options = { env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' } }
    const out = await promisify(execFile)('ps', [...columns, '-p', String(pid)], options).then(
      ({ stdout }) => stdout,
      () => '',
    )
    // A start is five words: Thu Nov 26 16:30:53 2026.
    const [, parent, state, start, image] =
      /^\s*(\d+)\s+(\S+)\s+((?:\S+\s+){4}\S+)(?:\s+(.*))?$/m.exec(out) ?? []
    if (parent === undefined) return bareFacts(pid)
    return {
      pid,
      parent: Number(parent),
      start: start ?? '',
      ended: state?.startsWith('Z') === true,
      image: image?.trim() ?? '',
    }
  },
  pause: 5_000,
}

/** All that a signal tells. */
const bareTable: ProcessTable = { look: async (pid) => bareFacts(pid), pause: 1_000 }

function bareFacts(pid: number): ProcessFacts | undefined {
  return isRunning(pid) ? { pid, parent: 0, start: '', ended: false, image: '' } : undefined
}

/** What the system tells; `undefined` where it does not. */
export function read(source: () => string): string | undefined {
  try {
    return source()
  } catch {
    return undefined
  }
}
