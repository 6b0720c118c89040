import type { Flag } from './flag.ts'

/** The flags of those calls that scripts make in loops, which are read before all others are loaded. */
export const plainFlags = {
  quiet: { names: '-q, --quiet', heading: 'Everywhere:' },
  profile: {
    names: '-P, --profile',
    value: 'name',
    variable: 'TOKN_PROFILE',
    heading: 'Session and network:',
  },
  minTtl: {
    names: '--min-ttl',
    value: 'duration',
    variable: 'TOKN_MIN_TTL',
    default: '60s',
  },
  output: { names: '-o, --output', value: 'format' },
  bare: { names: '-n, --bare' },
} as const satisfies Readonly<Record<string, Flag>>
