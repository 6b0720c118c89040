import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isFailure } from '../../core/errors.ts'
import type { Environment } from '../files/paths.ts'
import { runProgram } from './run-program.ts'

/** Milliseconds that a person has to answer. */
const patience = 60_000

/** What such a program needs to show a window. */
const ofDesktop =
  /^(?:DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|DBUS_SESSION_BUS_ADDRESS|XDG_.*|QT_.*|GTK_.*|GDK_.*|DESKTOP_SESSION)$/

/** The program that asks (ssh-add(1)): `TOKN_ASKPASS`, else `SSH_ASKPASS`. */
export function askpassOf({
  TOKN_ASKPASS: own,
  SSH_ASKPASS: ssh,
}: Environment): string | undefined {
  return [own, ssh].find((program) => program !== undefined && program !== '')
}

/** Whether the system would find that program, and run it. */
export function isProgram(command: string, { PATH: path = '' }: Environment): boolean {
  const places = command.includes('/') ? [''] : path.split(delimiter).filter((one) => one !== '')
  return places.some((place) => canRun(place === '' ? command : join(place, command)))
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/**
 * Has the program ask a question to be answered with yes or no, as ssh-agent(1) does for keys that
 * want that: yes is status 0 with no text, or "yes". Anything else, and a minute without an answer,
 * is no; `failed` is told of a program that cannot be run.
 */
export async function askByProgram(
  command: string,
  question: string,
  environment: Environment,
  failed: (message: string) => void,
): Promise<boolean> {
  try {
    const printed = await runProgram(
      {
        command,
        args: [question],
        inherits: ofDesktop,
        variables: { SSH_ASKPASS_PROMPT: 'confirm' },
        limit: patience,
      },
      environment,
    )
    return printed?.status === 0 && /^\s*(?:yes\s*)?$/i.test(printed.out)
  } catch (error) {
    if (!isFailure(error)) throw error
    failed(error.message)
    return false
  }
}
