import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answerAsCluster } from './cluster.ts'
import { makeHome } from './home.ts'
import { startCommand, type Ended } from './run.ts'
import { parseYaml } from './yaml.ts'

/** Paths of what kubectl leaves out of one document, without a word: it knows no such field. */
export async function unknownFields(text: string): Promise<readonly string[]> {
  const line = 'kubectl set env --local -f file.yaml -o json ADDED=yes'
  const { status, out, err } = await withFile(text, line.split(' '))
  if (status !== 0) throw new Error(err)
  return missingIn(JSON.parse(out), parseYaml(text, '1.1')[0])
}

/** As `kubectl create` would, of any number of documents, at a cluster that takes nothing. */
export async function createDry(text: string): Promise<Ended> {
  const cluster = await answerAsCluster()
  const line = ['kubectl', '--server', cluster.url, 'create', '--dry-run=client']
  try {
    return await withFile(text, [...line, '--validate=false', '-f', 'file.yaml'])
  } finally {
    cluster.close()
  }
}

async function withFile(text: string, line: readonly string[]): Promise<Ended> {
  const home = makeHome()
  try {
    writeFileSync(join(home.work, 'file.yaml'), text)
    return await startCommand(line, { home }).ended
  } finally {
    home.remove()
  }
}

/** What of `wanted` is not in `found`, by its path. */
function missingIn(found: unknown, wanted: unknown, path = ''): readonly string[] {
  if (typeof wanted !== 'object' || wanted === null) return found === wanted ? [] : [path]
  return Object.entries(wanted).flatMap(([name, value]) =>
    missingIn((found as Record<string, unknown> | undefined)?.[name], value, `${path}/${name}`),
  )
}
