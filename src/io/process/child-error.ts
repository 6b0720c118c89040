import { existsSync } from 'node:fs'
import { systemCode, ToknError } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { reasonOf } from '../files/system-error.ts'

/** Why a program could not be started, in words, with the status that a shell gives. */
export function explainStart(command: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const named = `"${display(command, 120)}"`
  const isPath = command.includes('/')
  if (command === '' || (code === 'ENOENT' && !(isPath && existsSync(command)))) {
    return new ToknError('program_not_found', `there is no program ${named}`, {
      hint:
        isPath || command === ''
          ? 'check the path of the program after --'
          : `check its name and the PATH: command -v ${display(command, 120)}`,
    })
  }
  const { reason, hint } = unexecutable(code, error)
  const message = `the program ${named} cannot be executed: ${reason}`
  return new ToknError('program_not_executable', message, { hint })
}

function unexecutable(code: string, error: unknown): { reason: string; hint?: string } {
  if (code === 'ENOENT') {
    return { reason: 'there is no such interpreter as its first line (#!) names' }
  }
  if (code === 'ENOEXEC') {
    return { reason: 'it is no program of this system', hint: 'a script is run by its interpreter' }
  }
  if (code === 'EACCES') {
    const hint = 'it must be a file with the permission to be executed: chmod +x FILE'
    return { reason: reasonOf(error), hint }
  }
  if (code === 'E2BIG') return { reason: 'its arguments and variables are too long' }
  if (code === 'ERR_INVALID_ARG_VALUE') return { reason: 'an argument or a variable has a NUL' }
  return { reason: reasonOf(error) }
}
