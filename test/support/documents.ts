import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './home.ts'

export interface Document {
  /** Path below the root. */
  readonly path: string
  readonly text: string
}

/** The documents of the project, but for the changelog: what they say holds for this version. */
export const documents: readonly Document[] = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
