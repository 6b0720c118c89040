import { resolve } from 'node:path'
import type { Profile } from '../core/profile.ts'
import type { Field } from '../core/provider.ts'

type Settings = Readonly<Record<string, string>>
type ServerField = Pick<Field, 'name' | 'server'>

const naming: ReadonlySet<Field['server']> = new Set(['itself', 'part', 'entrance'])

/** What flags and variables say for those of `fields` that name a server. */
export function namedIn(
  fields: readonly ServerField[],
  set: Settings,
  fromEnvironment: (name: string) => string | undefined,
): Settings {
  const said = fields.flatMap(({ name, server }) => {
    const value = naming.has(server) ? (set[name] ?? fromEnvironment(name)) : undefined
    return value === undefined ? [] : [[name, value] as const]
  })
  return Object.fromEntries(said)
}

/** A base URL names a server like any other address, where the provider has several. */
const base = { name: 'base_url', server: 'itself' } as const

/**
 * What a login keeps of its profile so far, where flags and variables name its server by `named`, or
 * else by `baseUrl`.
 */
export function keptFor(
  fields: readonly ServerField[],
  before: Pick<Profile, 'settings' | 'baseUrl'>,
  named: Settings,
  baseUrl: string | undefined,
): Pick<Profile, 'settings' | 'baseUrl'> {
  if (!fields.some(({ server }) => server !== undefined)) return before
  const said =
    Object.keys(named).length > 0 || baseUrl === undefined ? named : { base_url: baseUrl }
  const kept = settingsFor([...fields, base], addressesOf(before), said)
  const { base_url: known, ...settings } = kept
  return { settings, baseUrl: known }
}

/** Whether `named` is another server than that of the profile. */
export function isElsewhere(
  fields: readonly ServerField[],
  profile: Pick<Profile, 'settings' | 'baseUrl'>,
  named: Settings,
): boolean {
  return isAnother([...fields, base], addressesOf(profile), named)
}

function addressesOf({ settings, baseUrl }: Pick<Profile, 'settings' | 'baseUrl'>): Settings {
  return baseUrl === undefined ? settings : { ...settings, base_url: baseUrl }
}

/**
 * The settings of an earlier login, for one that names its server by `named`: without all that is of
 * the server before, if this is another. Otherwise a secret would go where nobody sent it.
 */
export function settingsFor(
  fields: readonly ServerField[],
  kept: Settings,
  named: Settings,
): Settings {
  if (!isAnother(fields, kept, named)) return kept
  // The rest of an address is that of the new one, unless it is said as well.
  const forgotten = fields.filter(({ server }) => server !== undefined && server !== 'part')
  return Object.fromEntries(
    Object.entries(kept).filter(([name]) => !forgotten.some((field) => field.name === name)),
  )
}

/** Whether `named` is another server than that of `kept`, if there is one in it. */
function isAnother(fields: readonly ServerField[], kept: Settings, named: Settings): boolean {
  const said = fields.filter(({ name }) => named[name] !== undefined)
  const differs = ({ name }: ServerField) => addressOf(kept[name]) !== addressOf(named[name])
  if (said.some((field) => field.server === 'part' && differs(field))) return true
  // Where a server is named by itself, endpoints beside that are its own, wherever they are.
  const same = said.find(({ name, server }) => server === 'itself' && kept[name] !== undefined)
  if (same !== undefined) return differs(same)
  const origins = fields.flatMap(({ name, server }) =>
    server === undefined || server === 'manner' ? [] : originsIn(kept[name]),
  )
  if (origins.length === 0) return false
  return said.some(
    ({ name, server }) =>
      server !== 'part' && !originsIn(named[name]).some((one) => origins.includes(one)),
  )
}

function addressOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return text && resolve(text)
  return new URL(text).href.replace(/\/$/, '')
}

/** The origins of all addresses in `text`; that of a file is its path. */
export function originsIn(text = ''): readonly string[] {
  const addresses = text.split(/[\s,]+/).filter((one) => one !== '')
  return addresses.map((one) => (URL.canParse(one) ? new URL(one).origin : resolve(one)))
}
