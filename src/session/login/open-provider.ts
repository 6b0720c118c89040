import type { Profile } from '../../core/profile.ts'
import type { Field, Provider } from '../../core/provider.ts'
import { collectAnswers, type Answers, type AnswerSources } from './answers.ts'
import type { Ports } from '../ports.ts'
import { orWithoutAddress } from './without-address.ts'

/** A profile whose fields are answered, and the provider as these answers have it. */
export interface Opened {
  readonly profile: Profile
  readonly provider: Provider
  readonly answers: Answers
  /** Names of the fields that a person was asked for. */
  readonly asked: ReadonlySet<string>
}

/**
 * Answers the fields of a profile's provider, then opens it again: an answer may decide where the
 * provider is (an issuer) and what else it asks for (a flow). What is given without a question comes
 * first, since it may make a question needless. The settings of `draft` are what was answered before;
 * `choose` narrows what is asked.
 */
export async function openAnswered(
  ports: Ports,
  draft: Profile,
  sources: Omit<AnswerSources, 'kept'>,
  choose: (fields: readonly Field[]) => readonly Field[] = (fields) => fields,
): Promise<Opened> {
  const asked = new Set<string>()
  const named = withSettings(draft, sources.set)
  const { fields } = await ports.provider(named).catch(async (error: unknown) => {
    throw await orWithoutAddress(error, ports, named, sources, choose)
  })
  const given = await collectAnswers(choose(fields).map(unasked), {
    ...sources,
    kept: draft.settings,
    interaction: undefined,
  })
  const known = withSettings(named, given.settings)
  const first = await collectAnswers(choose((await ports.provider(known)).fields), {
    ...sources,
    kept: known.settings,
    asked,
    checkFile: ports.readFile,
  })
  const profile = withSettings(known, first.settings)
  const provider = await ports.provider(profile)
  const answers = await collectAnswers(choose(provider.fields), {
    ...sources,
    kept: profile.settings,
    asked,
    checkFile: ports.readFile,
    secrets: { ...sources.secrets, ...first.secrets },
  })
  return { profile: withSettings(profile, answers.settings), provider, answers, asked }
}

/** The profile with further settings, which win over its own. */
export function withSettings(profile: Profile, settings: Profile['settings']): Profile {
  return { ...profile, settings: { ...profile.settings, ...settings } }
}

/** A field that only takes what somebody said: its default is not an answer yet. */
function unasked(field: Field): Field {
  return { ...field, optional: true, default: undefined }
}
