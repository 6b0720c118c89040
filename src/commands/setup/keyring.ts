import { join } from 'node:path'
import { quotePosix, quoteWord } from '../../core/quoting.ts'
import { words } from '../../messages/words.ts'
import { canBePassword } from '../../session/carriage.ts'
import { shareNote } from './apply.ts'
import type { SetupClient, SetupRequest, SetupWorld } from './client.ts'

/** A program `keyring` in a folder of its own, which is on no PATH before the user puts it there. */
export const keyringClient: SetupClient = {
  canSend: (attach, isNamed) => !isNamed || canBePassword(attach),
  plan: async (world, request) => {
    const path = fileOf(world)
    const there = world.read(path)
    const text = scriptOf(world, request)
    const shared = { path, key: '', value: text, before: [] } as const
    if (there === text) {
      const known = shareNote(world, { client: 'keyring', path, key: '' }, request.profile.id)
      return [{ ...shared, outcome: 'unchanged', note: known }]
    }
    const note = {
      client: 'keyring',
      path,
      key: '',
      value: [text],
      before: [],
      profiles: [request.profile.id],
    } as const
    const apply = async () => world.write(path, text, there, true)
    return [{ ...shared, outcome: 'written', note, apply }]
  },
  undo: async (world, written) =>
    written.map((note) => {
      const there = world.read(note.path)
      const ours = there !== undefined && there === note.value[0]
      return {
        path: note.path,
        key: '',
        value: null,
        before: [],
        outcome: ours ? 'removed' : there === undefined ? 'absent' : 'kept',
        note,
        apply: ours ? async () => world.remove(note.path) : undefined,
      }
    }),
  next: ({ keyringFolder }, { origins: [origin = 'https://HOST'] }) => {
    const index = `${origin}/simple/`
    const withUser = index.replace('://', '://oauth2@')
    return words.setup.useKeyring(quotePosix(keyringFolder), quoteWord(withUser), quoteWord(index))
  },
}

function fileOf({ keyringFolder, windows }: SetupWorld): string {
  return join(keyringFolder, windows ? 'keyring.cmd' : 'keyring')
}

function scriptOf({ ownLine, windows }: SetupWorld, request: SetupRequest): string {
  const { profile, isNamed, flags } = request
  const words = ['credential', 'keyring', ...(isNamed ? ['-P', profile.name] : []), ...flags]
  if (windows) {
    const line = [...ownLine, ...words].map((word) => `"${word}"`).join(' ')
    return `@rem Written by tokn setup keyring, which also takes it away again.\r\n@${line} %*\r\n`
  }
  const line = [...ownLine, ...words].map(quotePosix).join(' ')
  return `#!/bin/sh\n# Written by tokn setup keyring, which also takes it away again.\nexec ${line} "$@"\n`
}
