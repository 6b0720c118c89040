import type { Profile } from '../core/profile.ts'
import type { Field, Provider } from '../core/provider.ts'
import { collectAnswers, type Answers, type AnswerSources } from './answers.ts'
import type { Ports } from './ports.ts'

/** A profile whose fields are answered, and the provider as these answers have it. */
export interface Opened {
  readonly profile: Profile
  readonly provider: Provider
  readonly answers: Answers
}

/**
 * Answers the fields of a profile's provider, then opens it anew: an answer may decide where the
 * provider is (an issuer) and what else it asks for (a flow). `choose` narrows what is asked.
 */
export async function openAnswered(
  ports: Ports,
  draft: Profile,
  sources: Omit<AnswerSources, 'set'>,
  choose: (fields: readonly Field[]) => readonly Field[] = (fields) => fields,
): Promise<Opened> {
  const asked = await ports.provider(draft)
  const first = await collectAnswers(choose(asked.fields), { ...sources, set: draft.settings })
  const profile = { ...draft, settings: { ...draft.settings, ...first.settings } }
  const provider = await ports.provider(profile)
  const answers = await collectAnswers(choose(provider.fields), {
    ...sources,
    set: profile.settings,
    secrets: { ...sources.secrets, ...first.secrets },
  })
  return {
    profile: { ...profile, settings: { ...profile.settings, ...answers.settings } },
    provider,
    answers,
  }
}
