import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'

/** Copies the profile `web`, and what the index says of it, until there are `count`: `web-1` and so on. */
export function copyProfiles({ path, config }: Home, count: number): void {
  const file = join(config, 'config.json')
  const document = JSON.parse(readFileSync(file, 'utf8')) as {
    profiles: Record<string, { id: string }>
  }
  const web = document.profiles['web'] ?? { id: '' }
  const folder = join(path, 'state', 'tokn', 'index')
  const entry = readFileSync(join(folder, `${web.id}.json`))
  const there = new Set(readdirSync(folder))
  for (let index = 1; index < count; index++) {
    const id = `copy-${String(index).padStart(16, '0')}`
    document.profiles[`web-${index}`] = { ...web, id }
    if (!there.has(`${id}.json`)) {
      writeFileSync(join(folder, `${id}.json`), entry, { mode: 0o600 })
    }
  }
  writeFileSync(file, JSON.stringify(document))
}
