import { isAbsolute } from 'node:path'
import type { Http } from '../core/ports.ts'
import type { Profile } from '../core/profile.ts'
import type { Provider, Reach } from '../core/provider.ts'
import type { SessionRecord } from '../core/record.ts'
import type { Secret } from '../core/secret.ts'
import { secretsForLogin } from './login-secrets.ts'
import type { Session } from './session.ts'
import type { Ports } from './ports.ts'

/** What every operation may tell and how long it may take, counted from now. */
export function talk(
  ports: Ports,
): Required<Pick<Reach, 'clock' | 'warn' | 'timeLeft' | 'restartTime'>> {
  const endFromNow = () => ports.clock.now() + ports.timeout
  let end = endFromNow()
  return {
    clock: ports.clock,
    warn: ports.warn,
    timeLeft: () => Math.max(0, end - ports.clock.now()),
    restartTime: () => {
      end = endFromNow()
    },
  }
}

/** The connection to the provider, within the time that is left for the whole. */
export function within(http: Http, timeLeft: () => number): Http {
  return async (request) => {
    const left = Math.max(1, Math.floor(timeLeft()))
    return await http({ ...request, timeout: Math.min(request.timeout ?? left, left) })
  }
}

/** What is known without a question: the profile's settings, files they name, kept credentials. */
export function knownAnswers(
  session: Session,
  provider: Provider,
  record: Pick<SessionRecord, 'credentials' | 'outside'>,
): Reach['answers'] {
  const { ports, profile } = session
  const { settings } = profile
  return givenAnswers(ports, provider, profile, { settings, secrets: secretsForLogin(record) })
}

/** Answers with the secrets in files that the profile names; those given now go before them. */
export function givenAnswers(
  ports: Ports,
  provider: Provider,
  { settings }: Pick<Profile, 'settings'>,
  given: { readonly settings: Profile['settings']; readonly secrets: SessionRecord['credentials'] },
): Reach['answers'] {
  return { ...given.settings, ...fileContents(ports, provider, settings), ...given.secrets }
}

/** What is in files that answers name: read at every use, never kept. */
function fileContents(
  ports: Ports,
  provider: Provider,
  settings: Readonly<Record<string, string>>,
): Reach['answers'] {
  const contents: Record<string, string | Secret> = {}
  for (const { name, file } of provider.fields) {
    const answer = settings[name]
    if (file === undefined || answer === undefined) continue
    if (file === true) contents[name.replace(/_file$/, '')] = ports.readFile(answer)
    else if (isAbsolute(answer)) contents[`${name}_text`] = ports.readText(answer)
  }
  return contents
}
