import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Copies the one profile of a user, and what is known of its session, until there are `count`. */
export function copyProfiles(env, count) {
  const path = join(env.TOKN_CONFIG_DIR, 'config.json')
  const config = JSON.parse(readFileSync(path, 'utf8'))
  const [[name, profile]] = Object.entries(config.profiles)
  for (let index = 1; index < count; index++) {
    const id = idAt(profile.id, index)
    config.profiles[`${name}-${index}`] = { ...profile, id }
  }
  writeFileSync(path, JSON.stringify(config))
  for (const file of filesNaming(env.XDG_STATE_HOME, profile.id)) copyFile(file, profile.id, count)
}

function idAt(id, index) {
  const text = index.toString(16)
  return `${id.slice(0, id.length - text.length)}${text}`
}

/** What the state holds per session: a file named after it, or an entry in a file of all. */
function filesNaming(folder, id) {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name))
  return files.filter((file) => statSync(file).isFile() && file.includes(id))
}

function copyFile(file, id, count) {
  const text = readFileSync(file, 'utf8')
  for (let index = 1; index < count; index++) {
    const other = idAt(id, index)
    writeFileSync(file.replace(id, other), text.replaceAll(id, other), { mode: 0o600 })
  }
}
