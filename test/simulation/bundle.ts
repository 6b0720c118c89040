import { mkdirSync, rmSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'rolldown'
import { root } from '../support/home.ts'
import type { runSchedule } from './schedule.ts'

/** A change to the text of one file of the program. */
export interface Patch {
  /** Path below the root. */
  readonly file: string
  /** What is there; it must be there exactly once. */
  readonly find: string
  readonly replace: string
}

export interface Simulation {
  readonly runSchedule: typeof runSchedule
}

/** Without a cipher, whose time would be that of all the rest. */
const plain = join(root, 'test', 'simulation', 'fleet', 'plain-codec.ts')

/**
 * The simulation with the program in it, as one module that node runs itself: all that is awaited
 * then is what the program awaits. `patches` are laid over the program first; throws where one of
 * them does not fit any more.
 */
export async function loadSimulation(
  name: string,
  patches: readonly Patch[] = [],
): Promise<Simulation> {
  const directory = join(root, 'node_modules', '.cache', 'simulation')
  const file = join(directory, `${name}-${process.pid}.mjs`)
  const left = new Set(patches)
  mkdirSync(directory, { recursive: true })
  await build({
    input: join(root, 'test', 'simulation', 'schedule.ts'),
    platform: 'node',
    external: [...builtinModules, ...builtinModules.map((module) => `node:${module}`)],
    logLevel: 'warn',
    plugins: [
      {
        name: 'plain',
        resolveId(id: string, importer: string | undefined) {
          const sealed = /(^|\/)(codec|store-keys)\.ts$/.test(id)
          return sealed && importer !== plain ? plain : undefined
        },
      },
      {
        name: 'patches',
        transform(code: string, id: string) {
          const own = patches.filter((patch) => join(root, patch.file) === id)
          for (const patch of own) left.delete(patch)
          return own.length === 0 ? undefined : own.reduce(apply, code)
        },
      },
    ],
    output: { file, format: 'esm', codeSplitting: false, minify: false },
  })
  const [missing] = left
  if (missing !== undefined) throw new Error(`${missing.file} is not part of the simulation`)
  try {
    return (await import(pathToFileURL(file).href)) as Simulation
  } finally {
    rmSync(file)
  }
}

function apply(code: string, { file, find, replace }: Patch): string {
  const pieces = code.split(find)
  if (pieces.length !== 2) {
    throw new Error(`${file} has ${pieces.length - 1} times, and not once:\n${find}`)
  }
  return pieces.join(replace)
}
