import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { root } from './home.ts'

/** Where the files are that a user copies for a CI system. */
export const ciFiles = join(root, 'docs/examples/ci')

/** The text of one of them, at another address than the one it names, where it names one. */
export function readCiFile(path: string, api?: string): string {
  const text = readFileSync(join(ciFiles, path), 'utf8')
  return api === undefined ? text : text.replaceAll('https://serviceapi.hoster.by', api)
}

/**
 * The documents of a file of YAML, of the version that who reads it takes. Throws for what is none,
 * and for a key that is there twice.
 */
export function parseYaml(text: string, version: '1.1' | '1.2' = '1.2'): readonly unknown[] {
  return parseAllDocuments(text, { version }).map((document) => {
    const [first] = [...document.errors, ...document.warnings]
    if (first !== undefined) throw first
    return document.toJS() as unknown
  })
}
