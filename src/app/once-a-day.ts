import { join } from 'node:path'
import type { Files } from '../core/ports.ts'
import { takeDay } from '../io/files/daily-stamp.ts'
import { namesIn, type Paths } from '../io/files/paths.ts'
import { systemClock } from '../io/process/clock.ts'

interface Warning {
  readonly files: Files
  readonly paths: Pick<Paths, 'state'>
  warn(text: string): void
}

/** See `Ports.warnDaily`; `name` is that of the profile by its id. */
export function warnOnceADay({ files, paths, warn }: Warning, name: string, text: string): void {
  const directory = join(paths.state, namesIn.state.warned)
  if (takeDay({ directory, files, name, now: systemClock.now() })) warn(text)
}
