import type { Mutant } from '../mutants.ts'

/** Faults of what machines share, or of the refresh where it asks that. */
export const fleetMutants: readonly Mutant[] = [
  {
    name: 'nobody looks again at the lease before a request is sent',
    patches: [
      {
        file: 'src/session/refresh/sending.ts',
        find: 'const mayStillSend = await lock.permit?.(record.generation)',
        replace: 'const mayStillSend = () => record.generation > 0',
      },
    ],
    breaks: 'ag',
  },
]
