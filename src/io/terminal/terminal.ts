import { styled } from '../../core/text.ts'
import { isTerminal } from './is-terminal.ts'
import type { Colours } from '../../core/process.ts'
import type { Environment } from '../files/paths.ts'

const plain: Colours = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
}

/** Styles for one stream: on in a terminal, unless something says otherwise (no-color.org). */
export async function openColours(
  descriptor: number,
  environment: Environment,
  flag: boolean | undefined,
): Promise<Colours> {
  if (!wantsColour(descriptor, environment, flag)) return plain
  const { Chalk } = await import('chalk')
  const chalk = new Chalk({ level: 1 })
  return {
    bold: (text) => styled(text, chalk.bold),
    dim: (text) => styled(text, chalk.dim),
    red: (text) => styled(text, chalk.red),
    green: (text) => styled(text, chalk.green),
    yellow: (text) => styled(text, chalk.yellow),
    cyan: (text) => styled(text, chalk.cyan),
  }
}

function wantsColour(
  descriptor: number,
  environment: Environment,
  flag: boolean | undefined,
): boolean {
  const off = (name: string) => (environment[name] ?? '') !== ''
  if (flag === false || off('NO_COLOR') || off('TOKN_NO_COLOR')) return false
  const forced = environment['FORCE_COLOR']
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false'
  return environment['TERM'] !== 'dumb' && isTerminal(descriptor)
}

/** Whether the cursor cannot be moved; so for a terminal of an unknown kind. */
export function isDumb(environment: Environment): boolean {
  const term = environment['TERM'] ?? ''
  return term === 'dumb' || (term === '' && process.platform !== 'win32')
}

/** The width that `COLUMNS` says (POSIX XBD 8.3), where it says one that a page can have. */
export function columnsOf(environment: Environment): number | undefined {
  const text = environment['COLUMNS'] ?? ''
  return /^[1-9][0-9]{1,3}$/.test(text) ? Number(text) : undefined
}

/** Whether a switch of the environment is on: `CI=0` and the like say that it is off. */
export function isOn(environment: Environment, name: string): boolean {
  return !['', '0', 'false', 'no', 'off'].includes((environment[name] ?? '').trim().toLowerCase())
}

/**
 * Whether a person can be asked: questions appear on standard error and are answered on standard
 * input.
 */
export function canAsk(environment: Environment, flag: boolean | undefined): boolean {
  if (flag === false || isOn(environment, 'TOKN_NO_INPUT')) return false
  if (isOn(environment, 'CI')) return false
  return isTerminal(0) && isTerminal(2)
}

function same(text: string): string {
  return text
}
