import { existsSync } from 'node:fs'
import { systemCode, ToknError, type Said } from '../../core/errors.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { reasonOf } from '../files/system-error.ts'

/** Why a program could not be started, in words, with the status that a shell gives. */
export function explainStart(command: string, error: unknown): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  const named = `"${display(command, 120)}"`
  const isPath = command.includes('/')
  if (command === '' || (code === 'ENOENT' && !(isPath && existsSync(command)))) {
    return new ToknError(
      'program_not_found',
      words.processes.noSuchProgram(named, isPath || command === '', display(command, 120)),
    )
  }
  return new ToknError('program_not_executable', notExecutable(named, code, error))
}

function notExecutable(named: string, code: string, error: unknown): Said {
  const { notExecutable: said, notStarted } = words.processes
  if (code === 'ENOENT') return said(named, 'noInterpreter')
  if (code === 'ENOEXEC') return said(named, 'notAProgram')
  if (code === 'E2BIG') return said(named, 'tooLong')
  if (code === 'ERR_INVALID_ARG_VALUE') return said(named, 'nul')
  return notStarted(named, reasonOf(error), code === 'EACCES')
}
