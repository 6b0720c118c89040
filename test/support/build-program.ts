import { readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './home.ts'

const texts = join(root, 'src/messages/en')

/**
 * Builds a TypeScript file into a CommonJS program that plain Node runs, in a folder of its own below
 * `directory`, with the texts where the product has them; returns its path.
 */
export async function buildProgram(source: string, directory: string): Promise<string> {
  const areas = readdirSync(texts).map((name) => name.replace(/\.ts$/, ''))
  const build = await rolldown({
    input: {
      'program/program': source,
      ...Object.fromEntries(
        areas.map((area) => [`messages/en/${area}`, join(texts, `${area}.ts`)]),
      ),
    },
    platform: 'node',
    external: ['keytar', ...builtinModules, /^node:/],
    logLevel: 'silent',
  })
  await build.write({
    dir: directory,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'program/[name].cjs',
    exports: 'named',
  })
  await build.close()
  return join(directory, 'program/program.cjs')
}
