import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'

/** Builds a TypeScript file into a CommonJS program that plain Node runs; returns its path. */
export async function bundle(source: string, directory: string): Promise<string> {
  const build = await rolldown({
    input: { program: source },
    platform: 'node',
    external: [...builtinModules, /^node:/],
  })
  await build.write({ dir: directory, format: 'cjs', entryFileNames: '[name].cjs' })
  await build.close()
  return join(directory, 'program.cjs')
}
