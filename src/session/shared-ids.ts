import type { Finding } from '../core/process.ts'
import { words } from '../messages/words.ts'
import { readableProfiles } from './choose-profile.ts'
import { byFix } from './unfinished/finding.ts'
import type { Ports } from './ports.ts'

/** Profiles with one id: each would write over, and log out, the session of the other. */
export async function separateShared(ports: Ports, fix: boolean): Promise<readonly Finding[]> {
  const profiles = readableProfiles(ports.profiles)
  const first = new Map<string, string>()
  const findings: Finding[] = []
  for (const profile of profiles) {
    const owner = first.get(profile.id)
    first.set(profile.id, owner ?? profile.name)
    if (owner === undefined) continue
    const detail = words.unfinished.sameSession(profile.name, owner)
    const id = `profile-${profile.name}`
    if (!fix) findings.push({ id, status: 'warn', detail, fix: byFix })
    else {
      await ports.profiles.put({ ...profile, id: ports.randomId() })
      const said = words.unfinished.separated(detail, profile.name, owner)
      findings.push({ id, status: 'fixed', detail: said })
    }
  }
  return findings
}
