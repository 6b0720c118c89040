import type { Profile } from '../core/profile.ts'
import type { Ports } from './ports.ts'

/** The session of a profile, opened: what use cases work on. Nothing of it is read yet. */
export interface Session {
  readonly ports: Ports
  readonly profile: Profile
}

export function openSession(ports: Ports, profile: Profile): Session {
  return { ports, profile }
}
