import { isFailure } from '../../core/errors.ts'
import type { Finding } from '../../core/process.ts'
import { words } from '../../messages/words.ts'
import type { Ports } from '../ports.ts'
import { diagnoseIssue } from './diagnose-issue.ts'
import { diagnoseLogin } from './diagnose-login.ts'
import { findCutOff, type Unfinished } from './find.ts'
import { describeUnfinished, type DiagnosisOptions, type UnfinishedFinding } from './finding.ts'

/** Tells of every login and issue of this configuration that was cut off; `fix` ends what it can. */
export async function diagnoseUnfinished(
  ports: Ports,
  options: DiagnosisOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const one of await findCutOff(ports)) {
    const id = `${one.kind}-${one.profile?.name ?? one.parent?.name ?? 'unknown'}`
    findings.push({ id, ...(await diagnose(ports, one, options)) })
  }
  return findings
}

async function diagnose(
  ports: Ports,
  unfinished: Unfinished,
  options: DiagnosisOptions,
): Promise<UnfinishedFinding> {
  try {
    if (unfinished.kind === 'move') {
      const { diagnoseMove } = await import('../move/diagnose-move.ts')
      return await diagnoseMove(ports, unfinished, options)
    }
    return unfinished.kind === 'login'
      ? await diagnoseLogin(ports, unfinished, options)
      : await diagnoseIssue(ports, unfinished, options)
  } catch (error) {
    if (!isFailure(error)) throw error
    const detail = words.unfinished.because(describeUnfinished(unfinished), error.message)
    return { status: 'warn', detail, fix: error.retryable ? 'tokn doctor' : error.hint }
  }
}
