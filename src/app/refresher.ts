import { ToknError } from '../core/errors.ts'
import type { Outcome } from '../core/ports.ts'
import { lookIn } from '../core/profile.ts'
import { serializeRecord } from '../core/record.ts'
import { redact, Secret } from '../core/secret.ts'
import { openVariables } from './variables.ts'
import { readErrand } from './refresh-request.ts'
import {
  answerCaller,
  limitRefresh,
  outliveTheCaller,
  receiveRequest,
  tooLate,
} from '../io/process/refresher.ts'
import { readValueFile } from '../io/terminal/input.ts'
import type { Environment } from '../io/files/paths.ts'
import { openPorts } from './ports.ts'
import { openSession } from '../session/session.ts'
import { refreshNow } from '../session/refresh/protocol.ts'

/** The other side of `callCourier`: runs the refresh and answers. Never throws. */
export async function runCourier(environment: Environment, program: string): Promise<void> {
  outliveTheCaller()
  const warnings: string[] = []
  let answered = false
  const answer = (finding: Finding) => {
    if (!answered) answerCaller({ ...finding, warnings })
    answered = true
  }
  answer(await perform(environment, program, warnings, answer))
}

type Finding = DistributiveOmit<Outcome, 'warnings'>
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

async function perform(
  inherited: Environment,
  program: string,
  warnings: string[],
  answer: (finding: Finding) => void,
): Promise<Finding> {
  try {
    const { request, variables: sent } = receiveRequest()
    const environment = { ...inherited, ...sent }
    const errand = readErrand(request)
    limitRefresh(errand.timeout, () => answer(failure(tooLate(errand.timeout))))
    const variables = openVariables(environment, readValueFile)
    const ports = openPorts({
      ...errand,
      environment,
      program,
      command: errand.caller.command,
      storeKey: () => secretOf(errand.storeKey),
      passphrase: async () => secretOf(errand.passphrase),
      fromEnvironment: variables.read,
      interaction: async () => undefined,
      warn: (text) => warnings.push(redact(text)),
    })
    const profile = ports.profiles.get(errand.profile)
    if (profile?.id !== errand.profileId) {
      throw new ToknError('not_found', `the profile "${errand.profile}" has changed meanwhile`)
    }
    const record = await refreshNow(
      openSession(ports, lookIn(profile, errand.store ?? profile.store)),
      errand.wanted,
    )
    return { ok: true, record: serializeRecord(record) }
  } catch (error) {
    return failure(error)
  }
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text)
}

function failure(error: unknown): Finding {
  if (!(error instanceof ToknError)) {
    const text =
      error instanceof Error
        ? `${error.name} at ${error.stack?.split('\n')[1]?.trim() ?? '?'}`
        : 'unknown'
    return {
      ok: false,
      code: 'internal',
      message: redact(`the refresh failed because of a bug (${text})`),
    }
  }
  return {
    ok: false,
    code: error.code,
    message: redact(error.message),
    hint: error.hint,
    http: error.details.http,
    retryAfter: error.details.retryAfter,
    lasting: error.details.lasting,
  }
}
