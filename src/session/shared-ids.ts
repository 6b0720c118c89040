import type { Finding } from '../core/process.ts'
import { readableProfiles } from './choose-profile.ts'
import { byFix } from './unfinished/outcome.ts'
import type { Ports } from './ports.ts'

/** Profiles with one id: each would write over, and log out, the session of the other. */
export async function examineShared(ports: Ports, fix: boolean): Promise<readonly Finding[]> {
  const profiles = readableProfiles(ports.profiles)
  const first = new Map<string, string>()
  const findings: Finding[] = []
  for (const profile of profiles) {
    const owner = first.get(profile.id)
    first.set(profile.id, owner ?? profile.name)
    if (owner === undefined) continue
    const detail = `"${profile.name}" and "${owner}" have one and the same session`
    const id = `profile-${profile.name}`
    if (!fix) findings.push({ id, status: 'warn', detail, fix: byFix })
    else {
      await ports.profiles.put({ ...profile, id: ports.randomId() })
      const next = `it stays with "${owner}"; for the other one: tokn login ${profile.name}`
      findings.push({ id, status: 'fixed', detail: `${detail}; ${next}` })
    }
  }
  return findings
}
