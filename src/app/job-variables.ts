import { ownVariables } from '../core/environment.ts'
import type { Environment } from '../io/files/paths.ts'

// What opens stores, and where another session is: of no use to a login that nothing keeps.
const unneeded =
  /^(?:TOKN_(?:(?:FROM_)?(?:STORE(?:_.*)?|PASSPHRASE(?:_FILE)?)|AGENT_SOCK)|PG[A-Z]+)$/

/** What of an environment is for a login to read. */
export function variablesOfJob(environment: Environment): Readonly<Record<string, string>> {
  const own = Object.entries(ownVariables(environment))
  return Object.fromEntries(own.filter(([name]) => !unneeded.test(name)))
}
