import { isFailure } from '../../core/errors.ts'
import type { Finding } from '../../core/process.ts'
import type { Ports } from '../ports.ts'
import { examineIssue } from './diagnose-issue.ts'
import { examineLogin } from './diagnose-login.ts'
import { findMarks, type Mark } from './find.ts'
import { whatOf, type MarkOptions, type Verdict } from './outcome.ts'

/** Tells of every login and issue of this configuration that was cut off; `fix` ends what it can. */
export async function examineMarks(
  ports: Ports,
  options: MarkOptions,
): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const mark of await findMarks(ports)) {
    const id = `${mark.kind}-${mark.profile?.name ?? mark.parent?.name ?? 'unknown'}`
    findings.push({ id, ...(await examineMark(ports, mark, options)) })
  }
  return findings
}

async function examineMark(ports: Ports, mark: Mark, options: MarkOptions): Promise<Verdict> {
  try {
    return mark.kind === 'login'
      ? await examineLogin(ports, mark, options)
      : await examineIssue(ports, mark, options)
  } catch (error) {
    if (!isFailure(error)) throw error
    const fix = error.retryable ? 'tokn doctor' : error.hint
    return { status: 'warn', detail: `${whatOf(mark)}; ${error.message}`, fix }
  }
}
