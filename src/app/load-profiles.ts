import { isFailure } from '../core/errors.ts'
import type { InForce } from './in-force.ts'
import type { Looking } from './look-in-force.ts'

/** With so many names it is told which there are; see `noneNamed`. */
const mostTold = 11

interface Names {
  /** In the words of the command. */
  readonly given: string | undefined
  /** That, or what the environment says. */
  readonly name: string | undefined
}

/** What a command needs of the profiles that is about more than one it names, or names none that is there. */
export async function loadMore(
  profiles: InForce['profiles'],
  looking: Looking,
  { given, name }: Names,
): Promise<void> {
  const { command, flags } = looking
  if (command[0] === 'doctor') return await loadIfReached(profiles)
  // What these need they read by themselves, and wait for where that is not to be had.
  if (flags.bareStore === true || command[0] === 'refresher') return
  if (isAboutAll(looking, given)) return await profiles.loadAll()
  // Which profile answers is seen in all of them, and what is known of its session then.
  if (command[0] === 'credential' && name === undefined) return await profiles.loadAll('profiles')
  if (name === undefined) return await loadUnnamed(profiles, looking)
  await profiles.load(name)
  // What there is instead is told.
  if (command[0] !== 'login' && !isKnown(profiles, name)) await profiles.loadNames()
}

/** Whether the command shows all profiles, or works on all of them. `given`: the name in its words. */
function isAboutAll({ command, flags }: Looking, given: string | undefined): boolean {
  if (flags.all === true) return true
  const [first, second = ''] = command
  switch (first) {
    case 'profile':
      return second === 'list' || second === 'ls'
    case 'status':
      return given === undefined && flags.current !== true
    case 'list':
      return given === undefined && flags.local === true
    case 'agent':
      return flags.tokenFile !== undefined
    case 'login':
      // It looks for a name that is nobody's.
      return given === undefined
    default:
      return false
  }
}

/** That of the folder, else the default one, else the only one. */
async function loadUnnamed(profiles: InForce['profiles'], { folder }: Looking): Promise<void> {
  const name = folderIn(folder) ?? profiles.defaultName()
  if (name !== undefined) await profiles.load(name)
  if (name === undefined) return await profiles.loadNames(mostTold)
  if (!isKnown(profiles, name)) await profiles.loadNames()
}

/** What is wrong with it is told where it is used. */
function folderIn(folder: () => string | undefined): string | undefined {
  try {
    return folder()
  } catch (error) {
    if (isFailure(error)) return undefined
    throw error
  }
}

function isKnown(profiles: InForce['profiles'], name: string): boolean {
  return profiles.outlines().some((one) => one.name === name)
}

/** Of a store that is not reached, `doctor` tells by itself. */
async function loadIfReached(profiles: InForce['profiles']): Promise<void> {
  try {
    await profiles.loadAll()
  } catch (error) {
    if (!isFailure(error)) throw error
  }
}
