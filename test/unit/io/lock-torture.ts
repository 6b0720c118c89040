import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface Torture {
  readonly sections: number
  readonly kills: number
  readonly stops: number
  /** Files left in the lock's directory. */
  readonly files: number
  /** Descriptions of what must not happen. */
  readonly violations: readonly string[]
}

/**
 * Lets `workers` processes fight for one lock, kills and stops them at random moments, and reads
 * from their log whether two were ever inside at the same time.
 */
export async function torture(
  program: string,
  directory: string,
  wanted: {
    workers: number
    sections: number
    kills: number
    time: number
    /** Flags for the Node of the nth worker. */
    node?: (index: number) => readonly string[]
  },
): Promise<Torture> {
  const log = join(directory, 'log')
  const locks = join(directory, 'locks')
  const workers = new Set<ChildProcess>()
  const startedAt = Date.now()
  let kills = 0
  let stops = 0
  let started = 0
  const start = () => {
    const flags = wanted.node?.(started++) ?? []
    const worker = spawn(process.execPath, [...flags, program, locks, log], { stdio: 'inherit' })
    workers.add(worker)
    worker.once('exit', () => workers.delete(worker))
  }
  for (let i = 0; i < wanted.workers; i++) start()
  while (
    Date.now() - startedAt < wanted.time &&
    (kills < wanted.kills || count(log) < wanted.sections)
  ) {
    await delay(Math.random() * 40)
    const victim = [...workers][Math.floor(Math.random() * workers.size)]
    if (victim?.pid === undefined) continue
    if (Math.random() < 0.25) {
      stops++
      victim.kill('SIGSTOP')
      setTimeout(() => victim.kill('SIGCONT'), Math.random() * 150)
    } else if (kills < wanted.kills) {
      kills++
      victim.kill('SIGKILL')
      start()
    }
  }
  const ended = [...workers].map((worker) => new Promise((resolve) => worker.once('exit', resolve)))
  for (const worker of workers) worker.kill('SIGKILL')
  await Promise.all(ended)
  const files = readdirSync(locks).flatMap((entry) => readdirSync(join(locks, entry))).length
  return { ...judge(readFileSync(log, 'utf8')), kills, stops, files }
}

function count(log: string): number {
  return existsSync(log) ? readFileSync(log, 'utf8').split('enter').length - 1 : 0
}

function judge(log: string): { sections: number; violations: readonly string[] } {
  const violations: string[] = []
  let sections = 0
  let fence = 0
  let owner = ''
  for (const line of log.split('\n').filter((text) => text !== '')) {
    const [number = '', pid = '', what = ''] = line.split(' ')
    if (what === 'enter') {
      if (Number(number) <= fence) violations.push(`${line} after fence ${fence}`)
      fence = Number(number)
      owner = pid
      sections++
    } else if (Number(number) !== fence || pid !== owner) {
      violations.push(`${line} while ${fence} ${owner} was inside`)
    }
    if (what === 'lost') violations.push(line)
  }
  return { sections, violations }
}
