import type { Holder } from '../../core/holder.ts'

/** The fields of JSON for who holds a lease, or has made a generation. */
export function holderFields({ command, pid, host, job }: Holder) {
  return { command: command ?? null, pid: pid ?? null, host: host ?? null, job: job ?? null }
}
