import type { Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import type { Ports } from './ports.ts'

/** What is known without a question: the profile's settings, files they name, kept credentials. */
export function knownAnswers(
  ports: Ports,
  profile: Profile,
  provider: Provider,
  record: Pick<SessionRecord, 'credentials'>,
): Reach['answers'] {
  return {
    ...profile.settings,
    ...fileSecrets(ports, provider, profile.settings),
    ...record.credentials,
  }
}

/** The secrets in files that answers name: read at every use, never kept. */
export function fileSecrets(
  ports: Ports,
  provider: Provider,
  settings: Readonly<Record<string, string>>,
): Readonly<Record<string, Secret>> {
  const secrets: Record<string, Secret> = {}
  for (const { name, file } of provider.fields) {
    const path = settings[name]
    if (file === true && path !== undefined)
      secrets[name.replace(/_file$/, '')] = ports.readFile(path)
  }
  return secrets
}
