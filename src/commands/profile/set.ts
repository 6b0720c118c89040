import { readDuration } from '../../core/duration.ts'
import { ToknError } from '../../core/errors.ts'
import type { Profile } from '../../core/profile.ts'
import { display } from '../../core/text.ts'
import { words } from '../../messages/words.ts'
import { chooseProfile } from '../../session/choose-profile.ts'
import type { CommonFlags, Context } from '../context.ts'
import { profileSettings } from '../flags/profile-settings.ts'
import type { FlagsOf } from '../flags/table.ts'
import { checkFields, tell } from '../output/json.ts'

type SetFlags = CommonFlags & FlagsOf<'timeout'>

/** What a setting takes away again. */
const none = 'none'

type Setting = (typeof profileSettings)[number]

const settings: Readonly<Record<Setting, (value: string | undefined) => Partial<Profile>>> = {
  offline: (value) => {
    if (value !== undefined) checkDuration(value, 'offline')
    return { offline: value }
  },
}

/** Throws `usage` that names the setting, and what it was to be. */
function checkDuration(value: string, setting: Setting): void {
  if (readDuration(value) !== undefined) return
  throw new ToknError('usage', words.core.notADuration(setting, display(value, 40)))
}

/** Changes one setting of a profile; `none` takes it away. */
export async function setSetting(
  context: Context,
  name: string,
  setting: string,
  value: string,
  flags: SetFlags,
): Promise<void> {
  await checkFields(flags, 'tokn.profile-set/v1')
  const { profiles } = context.ports(flags)
  const profile = chooseProfile(profiles, { positional: name })
  const known = profileSettings.find((one) => one === setting)
  if (known === undefined) {
    const said = words.refresherService.noSuchSetting(display(setting, 40), profileSettings)
    throw new ToknError('usage', said)
  }
  const kept = value === none ? undefined : value
  await profiles.put({ ...profile, ...settings[known](kept) })
  const said = words.refresherService.settingKept(profile.name, setting, kept)
  tell(context, flags, said, {
    schema: 'tokn.profile-set/v1',
    ...{ profile: profile.name, setting, value: kept ?? null },
  })
}
