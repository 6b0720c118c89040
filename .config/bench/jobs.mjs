// A model of jobs that ask one engine for a token, from costs that were measured: every job takes
// processor time where it runs, processor time of the engine, and holds one connection meanwhile.
// The processors are shared equally by all that want them at the same instant, as an operating
// system does.

/**
 * Carries jobs out: `starts` in seconds; `client` and `server` are what one job takes of processors, in
 * seconds, with the part of its own time before it connects; `clients` and `servers` are how many
 * processors there are (`Infinity`: each job has its own). Gives, for each job, when it ended and
 * how long it held its connection, and how many were open at most.
 */
export function simulate({ starts, before, during, server, clients, servers }) {
  // Connected from the second step on: half of what it does then, what the engine does, the rest.
  const steps = [before, during / 2, server, during / 2]
  const waiting = [...starts].sort((a, b) => a - b)
  const jobs = waiting.map((start) => ({
    start,
    step: 0,
    left: steps[0],
    connectedAt: 0,
    endedAt: 0,
  }))
  const running = new Set()
  const counts = []
  let [now, begun, open, peak, area] = [0, 0, 0, 0, 0]
  while (begun < jobs.length || running.size > 0) {
    let served = 0
    for (const { step } of running) if (step === 2) served++
    const ofServer = Math.min(1, servers / served)
    const ofClient = Math.min(1, clients / (running.size - served))
    const speed = ({ step }) => (step === 2 ? ofServer : ofClient)
    let next = jobs[begun]?.start ?? Infinity
    for (const job of running) next = Math.min(next, now + job.left / speed(job))
    counts.push([next - now, open])
    area += open * (next - now)
    for (const job of running) job.left -= (next - now) * speed(job)
    now = next
    while (begun < jobs.length && jobs[begun].start <= now) running.add(jobs[begun++])
    for (const job of running) {
      if (job.left > 1e-9) continue
      job.step++
      if (job.step === 1) {
        job.connectedAt = now
        peak = Math.max(peak, ++open)
      }
      if (job.step < steps.length) job.left = steps[job.step]
      else {
        job.endedAt = now
        open--
        running.delete(job)
      }
    }
  }
  return { jobs, seconds: now, peak, mean: area / now, counts }
}

/** So many a second, at moments that know nothing of each other. */
export function atRandom(count, seconds, random = seeded(7)) {
  return Array.from({ length: count }, () => random() * seconds).sort((a, b) => a - b)
}

export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
}

/** Of a number over time, the value that it is not above for `part` of the time. */
export function quantileOverTime(counts, part) {
  const sorted = [...counts].sort(([, one], [, other]) => one - other)
  const total = sorted.reduce((sum, [time]) => sum + time, 0)
  let passed = 0
  for (const [time, value] of sorted) {
    passed += time
    if (passed >= part * total) return value
  }
  return sorted.at(-1)?.[1] ?? 0
}

/** The same numbers every time (mulberry32). */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
