import { ToknError } from '../../core/errors.ts'
import type { FolderFile } from '../../core/folder-profile.ts'
import { words } from '../../messages/words.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import type { AskFlags, CommonFlags, Context } from '../context.ts'
import type { FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'

export type BindFlags = CommonFlags & FlagsOf<'profile'> & AskFlags

/** Has the current folder, and those below it, use a profile: the one named, else the one in use. */
export async function bindFolder(
  context: Context,
  positional: string | undefined,
  flags: BindFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile-bind/v1')
  const { name } = chooseProfile(context.ports(flags).profiles, context.choice(flags, positional))
  const folders = await context.folders()
  const { path, shown, folder, found } = folders.place()
  if (found !== undefined) refuseForeign(found, shown)
  const before = found === 'directory' ? undefined : found?.name
  const { bound, boundAlready, namesAnother, notAgreedToRebind, askToRebind } = words.folders
  if (before !== undefined && before !== name) {
    const yes = await context.confirm(flags, askToRebind(shown, before, name))
    if (yes === undefined) throw new ToknError('usage', namesAnother(shown, before, name))
    if (!yes) throw new ToknError('interrupted', notAgreedToRebind())
  }
  if (before !== name) folders.write(path, name)
  const sentence = before === name ? boundAlready(folder, name) : bound(folder, name)
  const document = { profile: name, path, before: before ?? null }
  tell(context, flags, sentence, { schema: 'tokn.profile-bind/v1', ...document })
}

/** Removes the file of the current folder, where it is one that `bindFolder` could have written. */
export async function unbindFolder(context: Context, flags: CommonFlags): Promise<void> {
  await checkFields(flags, 'tokn.profile-unbind/v1')
  const folders = await context.folders()
  const { path, shown, found } = folders.place()
  if (found === undefined) {
    const above = folders.list().find(({ ignored }) => ignored === undefined)
    throw new ToknError('not_found', words.folders.notBound(shown, above?.shown))
  }
  const { name } = refuseForeign(found, shown)
  folders.remove(path)
  const document = { schema: 'tokn.profile-unbind/v1', profile: name, path }
  tell(context, flags, words.folders.unbound(shown, name), document)
}

/** Throws `usage` for what is no plain file of the user's own that names a profile and no more. */
function refuseForeign(
  found: FolderFile | 'directory',
  shown: string,
): FolderFile & { readonly name: string } {
  const { notOurs, isFolder, isLink } = words.folders
  if (found === 'directory') throw new ToknError('usage', notOurs(shown, isFolder()))
  const { name, ignored, wrong, link } = found
  if (wrong !== undefined) throw wrong
  if (link) throw new ToknError('usage', notOurs(shown, isLink()))
  if (name !== undefined) return { ...found, name }
  throw new ToknError('usage', notOurs(shown, ignored ?? ''))
}
