import { isToknError, ToknError } from '../../core/errors.ts'
import type { Printed, RunProgram } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
import { explainFailure } from './failure.ts'

export interface CommandOptions {
  readonly run: RunProgram
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The path of the user's terminal, where gpg may ask for a passphrase. */
  readonly terminal?: (() => string | undefined) | undefined
  /** Milliseconds for one call. Default: 10 000, and 30 000 where somebody can be asked. */
  readonly limit?: number | undefined
}

/** What `pass`, `gpg` and its questions need to work as they do for the user. */
const inherits =
  /^(?:GNUPGHOME|GPG_TTY|PINENTRY_USER_DATA|PASSWORD_STORE_.*|GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL)|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|XDG_(?:CONFIG_HOME|RUNTIME_DIR|SESSION_TYPE))$/

/**
 * Calls `pass`, with `input` on its standard input; returns what it printed. Throws `store`, saying
 * what is wrong.
 */
export function openCommand(
  options: CommandOptions,
): (args: readonly string[], input?: string) => Promise<Printed> {
  const { run, environment } = options
  return async (args, input) => {
    const terminal = environment['GPG_TTY'] ?? options.terminal?.()
    const limit = options.limit ?? (canAsk(environment, terminal) ? 30_000 : 10_000)
    const printed = await start({
      command: 'pass',
      args,
      input,
      inherits,
      variables: {
        // Status lines say what went wrong in any language. No questions on the terminal, and no
        // keys from a network: a key of the password store that gpg does not have is an error.
        PASSWORD_STORE_GPG_OPTS: [
          environment['PASSWORD_STORE_GPG_OPTS'] ?? '',
          '--batch --status-fd=2 --no-auto-key-locate',
        ]
          .join(' ')
          .trim(),
        ...(terminal === undefined ? {} : { GPG_TTY: terminal }),
      },
      limit,
    })
    if (printed === undefined) throw new ToknError('store', words.stores.passTooSlow(limit / 1_000))
    if (printed.status !== 0) throw explainFailure(printed)
    return printed
  }

  async function start(request: Parameters<RunProgram>[0]): Promise<Printed | undefined> {
    try {
      return await run(request)
    } catch (error) {
      if (isToknError(error, 'program_not_found')) {
        throw new ToknError('store', words.stores.passNotInstalled(), { cause: error })
      }
      if (!isToknError(error)) throw error
      throw new ToknError('store', error.message, { hint: error.details.hint, cause: error })
    }
  }
}

function canAsk(environment: CommandOptions['environment'], terminal: string | undefined): boolean {
  const { DISPLAY: x11 = '', WAYLAND_DISPLAY: wayland = '' } = environment
  return (terminal ?? '') !== '' || x11 !== '' || wayland !== ''
}
