import type { Finding } from './schedule.ts'
import type { Simulation } from './bundle.ts'
import type { WorldKind } from './world/world.ts'

export interface Sum {
  readonly schedules: number
  readonly steps: number
  /** Milliseconds. */
  readonly duration: number
  readonly faults: Readonly<Record<string, number>>
  /** The first schedule that went wrong, with its events. */
  readonly failure: Finding | undefined
}

/** Milliseconds; a machine may be very busy. */
const patience = 60_000

/** Runs the schedules of `count` seeds from `first` on, until one goes wrong. */
export async function runSchedules(
  { runSchedule }: Simulation,
  first: number,
  count: number,
  kind: WorldKind = 'local',
): Promise<Sum> {
  const began = performance.now()
  const faults: Record<string, number> = {}
  let steps = 0
  for (let seed = first; seed < first + count; seed++) {
    const finding = await inTime(seed, runSchedule(seed, kind))
    steps += finding.steps
    for (const [name, times] of Object.entries(finding.faults)) {
      faults[name] = (faults[name] ?? 0) + times
    }
    if (finding.violation === undefined) continue
    const failure = await runSchedule(seed, kind, true)
    return sum(seed - first + 1, failure)
  }
  return sum(count, undefined)

  function sum(schedules: number, failure: Finding | undefined): Sum {
    return { schedules, steps, duration: performance.now() - began, faults, failure }
  }
}

/** A schedule takes a millisecond: one that does not end awaits something that is no port. */
async function inTime(seed: number, finding: Promise<Finding>): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`seed ${seed}: a process awaits something that is no call of a port`))
    }, patience)
  })
  try {
    return await Promise.race([finding, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A failure as one reads it: what was wrong, every event, and how to see it again. */
export function tellFailure({ seed, kind, violation, trace }: Finding): string {
  return [
    `seed ${seed} (${kind}): ${violation ?? 'nothing is wrong'}`,
    `to see it again: SIMULATION_SEED=${seed} SIMULATION_WORLD=${kind} npm run simulate`,
    ...trace.map((line) => `  ${line}`),
  ].join('\n')
}
