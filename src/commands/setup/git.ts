import { ToknError } from '../../core/errors.ts'
import { quotePosix } from '../../core/quoting.ts'
import { words } from '../../messages/words.ts'
import { canBeAuthorization } from '../../session/carriage.ts'
import { shareNote } from './apply.ts'
import type { Change, SetupClient, SetupRequest, SetupWorld, Written } from './client.ts'

/** `credential.URL.helper` of git's own file of the user (gitcredentials(7)), written by git itself. */
export const gitClient: SetupClient = {
  canSend: canBeAuthorization,
  plan: async (world, request) => {
    if (!world.isOnPath('git')) throw byHand(world, request)
    const changes: Change[] = []
    for (const origin of request.origins) {
      const helper = await helperFor(world, request, origin)
      const profiles = helper.note?.profiles ?? [request.profile.id]
      changes.push(helper, await pathFor(world, origin, profiles))
    }
    return changes
  },
  undo: async (world, written) => {
    const changes: Change[] = []
    for (const one of written) {
      changes.push(
        one.key.endsWith('.helper') ? await withoutHelper(world, one) : await restored(world, one),
      )
    }
    return changes
  },
  next: () => [],
}

/** By its path: programs that run git have another PATH than a shell, and another Node on it. */
function lineOf({ ownLine }: SetupWorld, { profile, isNamed, flags }: SetupRequest): string {
  const named = isNamed ? ['-P', profile.name] : []
  return `!${[...ownLine.map(quotePosix), 'credential', 'git', ...[...named, ...flags].map(quotePosix)].join(' ')}`
}

/**
 * The helper behind an empty value, which takes back those before it: they would be given the token to
 * store.
 */
async function helperFor(
  world: SetupWorld,
  request: SetupRequest,
  origin: string,
): Promise<Change> {
  const key = `credential.${origin}.helper`
  const path = world.gitFile
  const there = await valuesOf(world, path, key)
  const line = lineOf(world, request)
  const value = ['', line]
  const known = world
    .readNote()
    .written.find((one) => one.client === 'git' && one.path === path && one.key === key)
  const former = known === undefined ? -1 : findPair(there, known.value)
  const before = former < 0 ? there : without(there, former)
  const note = {
    client: 'git',
    path,
    key,
    value,
    before,
    origin,
    profiles: [request.profile.id],
  } as const
  if (findPair(there, value) === there.length - 2 && there.length >= 2) {
    const shared = shareNote(world, { client: 'git', path, key }, request.profile.id)
    return { path, key, value: line, before, outcome: 'unchanged', note: shared }
  }
  return {
    path,
    key,
    value: line,
    before,
    outcome: 'written',
    note,
    // At once: an empty value alone would switch the helpers of the user off.
    apply: async () =>
      await world.edit(path, async (copy) => {
        if (known !== undefined && former >= 0) await removePair(world, copy, key, there, former)
        for (const one of value) await git(world, copy, ['--add', key, one])
      }),
  }
}

/** The path is nothing that decides here; with it, git would ask for each repository anew. */
async function pathFor(
  world: SetupWorld,
  origin: string,
  profiles: readonly string[],
): Promise<Change> {
  const key = `credential.${origin}.useHttpPath`
  const path = world.gitFile
  const before = await valuesOf(world, path, key)
  if (before.at(-1) === 'false') {
    const known = world
      .readNote()
      .written.find((one) => one.client === 'git' && one.path === path && one.key === key)
    const note = known && { ...known, profiles }
    return { path, key, value: 'false', before: [], outcome: 'unchanged', note }
  }
  const note = {
    client: 'git',
    path,
    key,
    value: ['false'],
    before,
    origin,
    // With the helper beside it, which may be the same for several.
    profiles,
  } as const
  const apply = async () =>
    await world.edit(path, async (copy) => await git(world, copy, ['--replace-all', key, 'false']))
  return { path, key, value: 'false', before, outcome: 'written', note, apply }
}

async function withoutHelper(world: SetupWorld, note: Written): Promise<Change> {
  const { path, key } = note
  const there = await valuesOf(world, path, key)
  const at = findPair(there, note.value)
  const before = at < 0 ? there : without(there, at)
  const outcome = at >= 0 ? 'removed' : there.length === 0 ? 'absent' : 'kept'
  const apply =
    at < 0
      ? undefined
      : async () =>
          await world.edit(path, async (copy) => await removePair(world, copy, key, there, at))
  return { path, key, value: null, before, outcome, note, apply }
}

async function restored(world: SetupWorld, note: Written): Promise<Change> {
  const { path, key, value, before } = note
  const there = await valuesOf(world, path, key)
  if (there.join('\0') !== value.join('\0')) {
    return {
      path,
      key,
      value: null,
      before: [],
      outcome: there.length === 0 ? 'absent' : 'kept',
      note,
    }
  }
  const apply = async () =>
    await world.edit(path, async (copy) => {
      await git(world, copy, ['--unset-all', key])
      for (const one of before) await git(world, copy, ['--add', key, one])
    })
  return { path, key, value: null, before, outcome: 'removed', note, apply }
}

/** Where an empty value and a line of ours stand next to each other; -1 where they do not. */
function findPair(values: readonly string[], pair: readonly string[]): number {
  return values.findLastIndex((one, index) => one === pair[0] && values[index + 1] === pair[1])
}

function without(values: readonly string[], at: number): readonly string[] {
  return values.filter((_, index) => index !== at && index !== at + 1)
}

/** Takes both values away, and leaves all others as they are written. */
async function removePair(
  world: SetupWorld,
  path: string,
  key: string,
  there: readonly string[],
  at: number,
): Promise<void> {
  const left = without(there, at)
  const [, line = ''] = there.slice(at)
  if (left.length === 0) return await git(world, path, ['--unset-all', key])
  if (!left.includes('') && !left.includes(line)) {
    await git(world, path, ['--unset', key, '^$'])
    return await git(world, path, ['--unset', key, `^${escapePattern(line)}$`])
  }
  await git(world, path, ['--unset-all', key])
  for (const one of left) await git(world, path, ['--add', key, one])
}

/** For an extended regular expression of POSIX. */
function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.[\]|()*+?{}]/g, '\\$&')
}

async function valuesOf(world: SetupWorld, path: string, key: string): Promise<readonly string[]> {
  const printed = await run(world, ['config', '--file', path, '--null', '--get-all', key])
  // 1: there is none.
  if (printed.status === 1) return []
  if (printed.status !== 0) throw refused(world, path, printed.err)
  return printed.out.split('\0').slice(0, -1)
}

async function git(world: SetupWorld, path: string, args: readonly string[]): Promise<void> {
  const { status, err } = await run(world, ['config', '--file', path, ...args])
  if (status !== 0) throw refused(world, path, err)
}

async function run(world: SetupWorld, args: readonly string[]) {
  const printed = await world.run('git', args)
  if (printed !== undefined) return printed
  throw new ToknError('unsupported', words.setup.notInstalled('git'))
}

function refused(world: SetupWorld, path: string, said: string): ToknError {
  return new ToknError('usage', words.setup.clientRefused('git', world.shown(path), said))
}

/** With the lines that do the same where git is. */
function byHand(world: SetupWorld, request: SetupRequest): ToknError {
  const lines = request.origins.flatMap((origin) => {
    const set = (name: string, value: string) =>
      `git config --global --add ${quotePosix(`credential.${origin}.${name}`)} ${quotePosix(value)}`
    return [set('helper', ''), set('helper', lineOf(world, request)), set('useHttpPath', 'false')]
  })
  return new ToknError('unsupported', words.setup.byHand('git', lines))
}
