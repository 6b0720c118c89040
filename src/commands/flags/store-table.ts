import type { Flag } from './flag.ts'

/** The flags of the commands that move sessions between stores. */
export const storeTable = {
  from: { names: '--from', value: 'kind' },
  to: { names: '--to', value: 'kind' },
  deleteSource: { names: '--delete-source' },
  accept: { names: '--accept', value: 'profile' },
} as const satisfies Readonly<Record<string, Flag>>
