import type { RequestFlags } from '../commands/context.ts'
import { parseDuration } from '../core/duration.ts'
import type { Environment } from '../io/files/paths.ts'
import { isOn } from '../io/terminal/terminal.ts'
import type { ProcessOptions } from '../refresher/messages.ts'
import { defaultTimeout } from './default-timeout.ts'
import type { openVariables } from './variables.ts'

/** A longer one would overflow the timers of Node, and end at once. */
const longestTimeout = 2 ** 31 - 1

/** What of the flags and variables decides how ports are made, here and in a process of our own. */
export function readProcessOptions(
  { configDir, timeout: given, ca, proxy, debug }: RequestFlags,
  variables: ReturnType<typeof openVariables>,
  environment: Environment,
): ProcessOptions {
  const timeout = given ?? variables.read('timeout')
  const source = given === undefined ? 'TOKN_TIMEOUT' : '--timeout'
  return {
    configDirectory: configDir,
    timeout:
      timeout === undefined
        ? defaultTimeout
        : Math.min(longestTimeout, parseDuration(timeout, source)),
    debug: debug === true || isOn(environment, 'TOKN_DEBUG'),
    ca,
    proxy,
  }
}
