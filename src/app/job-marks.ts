import { fingerprintOfText } from '../io/files/fingerprint.ts'
import type { Environment } from '../io/files/paths.ts'
import { variablesOfJob } from './job-variables.ts'

// The same for all: it only has to be seen that two values differ. A mark confirms a guessed value, so
// it goes to nobody but the process of a job of this user: see `askForJob`.
const key = Buffer.from('tokn.job/v1')

/** By what the value of each variable that a login may read is recognised, in 32 bits. */
export function marksOf(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variablesOfJob(environment))
      .filter(([name, value]) => name.startsWith('TOKN_') && value !== '')
      .map(([name, value]) => [name, fingerprintOfText(value, key)]),
  )
}
