import { readHolder, type Holder as ReadHolder } from '../../core/holder.ts'

/** Who holds a lease, as far as it says so. */
export interface Holder extends ReadHolder {
  readonly command: string
}

/** What a lease was taken with; it may be from anybody who may write there. */
export function describeHolder(text: string): Holder {
  const holder = readHolder(text)
  return { ...holder, command: holder.command ?? 'tokn' }
}
