import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './home.ts'
import { requirePart } from './parts.ts'

/** Where `.ci/install-servers` puts programs of other people that come from npm. */
export const packagesOfOthers = join(root, '.ci/servers/node_modules')

/** As `requirePart`, for a package that is there, or not. */
export function requirePackage(name: string, folder = name): boolean {
  return requirePart(name, existsSync(join(packagesOfOthers, folder)), 'bash .ci/install-servers')
}
