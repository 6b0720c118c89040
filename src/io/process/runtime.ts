import { ToknError } from '../../core/errors.ts'
import { words } from '../../messages/words.ts'
import type { Environment } from '../files/paths.ts'

// Options of Node that let others look into this process, or write down what is in it: a debugger,
// a heap, a report (it lists the environment), the keys of TLS connections. The many that write
// stack traces, timings or sizes are no danger.
const revealing =
  /^--(?:inspect(?:-brk|-wait)?|heapsnapshot-(?:signal|near-heap-limit)|report-on-(?:signal|fatalerror)|report-uncaught-exception|tls-keylog)(?:=|$)/

// These make libraries in this process print what passes through them (GLib: to standard output,
// and whole messages of the secret service), write down the keys of TLS connections (OpenSSL), or
// take their secrets from elsewhere than the secret service (libsecret).
const talkative = [
  'G_MESSAGES_DEBUG',
  'G_DBUS_DEBUG',
  'G_DEBUG',
  'GOBJECT_DEBUG',
  'SSLKEYLOGFILE',
  'SECRET_FILE_TEST_PATH',
  'SECRET_FILE_TEST_PASSWORD',
]

/**
 * Makes this process safe to hold secrets, whatever switches its environment sets: takes away those
 * that libraries would obey, covers what Node itself prints, and throws `usage` for what Node has
 * already done and cannot be undone. Gives the environment as it was, for programs of the user's.
 */
export async function disarm(variables: NodeJS.ProcessEnv): Promise<Environment> {
  refuseRevealing(variables['NODE_OPTIONS'] ?? '')
  if ((variables['NODE_DEBUG'] ?? '') !== '') {
    ;(await import('../terminal/debug-lines.ts')).coverDebugLines()
  }
  const set = talkative.filter((name) => variables[name] !== undefined)
  if (set.length === 0) return variables
  const before = { ...variables }
  for (const name of set) delete variables[name]
  return before
}

function refuseRevealing(options: string): void {
  if (options === '') return
  const given = options.replace(/["\\]/g, '').split(/\s+/)
  const option = given.find((one) => revealing.test(one.replaceAll('_', '-')))
  if (option === undefined) return
  const name = option.replaceAll('_', '-').replace(/=.*/, '')
  throw new ToknError('usage', words.processes.revealingOption(name))
}
