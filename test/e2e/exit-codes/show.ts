import { existsSync } from 'node:fs'
import { misfitsOf } from '../../support/fits-shape.ts'
import { requirePart } from '../../support/parts.ts'
import type { Ended } from '../../support/run.ts'
import { hasTerminal } from '../../support/terminal.ts'
import { readWords } from '../words.ts'
import { openScene, runIn, type Scene } from './scene.ts'
import { shared } from './shared-scene.ts'
import type { Row } from './table.ts'

/**
 * Runs the line of a row, in a home and with servers of its own; where it fails, with --json as well.
 * Gives what is not as it should be.
 */
export async function wrongWith(row: Row): Promise<readonly string[]> {
  if (row.given.includes(shared) && !requirePart('redis')) return []
  const { once, notOurs, apart } = row.as ?? {}
  const twice = row.code !== 0 && once !== true && notOurs !== true
  const wrong = await within(row, async (scene) => {
    if (!canBeShown(row, scene)) return []
    const words = await inWords(row, scene)
    return twice && apart !== true ? [...words, ...(await inJson(row, scene))] : words
  })
  if (!twice || apart !== true) return wrong
  return [...wrong, ...(await within(row, (scene) => inJson(row, scene)))]
}

/** Whether this machine has what the row needs; what it lacks is told loudly. */
function canBeShown({ command }: Row, { types, out }: Scene): boolean {
  return (
    (types === undefined || hasTerminal()) &&
    (out === undefined || requirePart(out, existsSync(out))) &&
    (command !== 'curl' || requirePart('curl'))
  )
}

async function within(
  { given }: Row,
  work: (scene: Scene) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const scene = openScene()
  try {
    for (const one of given) await one(scene)
    return await work(scene)
  } finally {
    await scene.close()
  }
}

async function end({ line, command }: Row, scene: Scene, json: boolean): Promise<Ended> {
  const words = readWords(line.replace(/\$([A-Z]+)/g, (_, name: string) => scene.env[name] ?? ''))
  const at = command.split(' ').length
  return await runIn(scene, json ? words.toSpliced(at, 0, '--json') : words)
}

async function inWords(row: Row, scene: Scene): Promise<readonly string[]> {
  const ended = await end(row, scene, false)
  const { err } = ended
  const told = row.code !== 0 && row.as?.notOurs !== true && !row.line.includes('--json')
  return [
    ...common(row, ended),
    ...(told && !/^tokn: error: \S/m.test(err) ? [`it does not say what is wrong: ${err}`] : []),
    ...(told && row.as?.noHint !== true && !/^tokn: hint: \S/m.test(err)
      ? [`it does not say what to do: ${err}`]
      : []),
  ]
}

async function inJson(row: Row, scene: Scene): Promise<readonly string[]> {
  const ended = await end(row, scene, !row.line.includes('--json'))
  const document = parse(ended.err)
  const fits = document?.['schema'] === 'tokn.error/v1' && document['exit'] === statusOf(row)
  return [
    ...common(row, ended),
    ...(fits ? [] : [`--json: this is no error document with that exit: ${ended.err}`]),
  ]
}

function common(row: Row, { status, out, err }: Ended): readonly string[] {
  const chosen = row.line.includes('--fields')
  const free = row.code === 0 || row.as?.answers === true || row.as?.notOurs === true
  return [
    ...(status === statusOf(row) ? [] : [`it ended with ${status}: ${err}`]),
    ...(chosen ? [] : [...misfitsOf(out), ...misfitsOf(err)]),
    ...(free || out === '' ? [] : [`it failed, and printed to standard output: ${out}`]),
  ]
}

function statusOf({ code, as }: Row): number {
  return as?.status ?? Number(code)
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}
