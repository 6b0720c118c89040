import type { SharedPart } from '../../core/shared-engine.ts'

/** In the order of their keys; what is known of all of them (`head`) comes first. */
export const partNames = ['index', 'journal', 'profile', 'record'] as const satisfies SharedPart[]

/**
 * The keys of a store. A blank, which is below whatever a name can have, stands between the parts of one, so
 * that the order of keys is that of ids.
 *
 * `rows/ID PART` is a session by its id, and `names/NAME PART` the same by its name, without its journal:
 * either is read with one range, and both are written in one transaction. `changes/ID` is touched by each
 * write: what is watched. `leases/NAME` hangs on a lease of etcd; `fences/NAME` was written with it, and stays.
 */
export interface Layout {
  readonly prefix: string
  /** What life of the store this is. */
  readonly store: string
  readonly rows: string
  readonly changes: string
  readonly leases: string
  readonly wishes: string
  row(id: string): string
  named(name: string): string
  change(id: string): string
  lease(name: string): string
  fence(name: string): string
  wishesFor(id: string): string
  document(name: string): string
  documentVersion(name: string): string
}

export function layOut(prefix: string): Layout {
  const below = (folder: string) => (name: string) => `${prefix}${folder}/${escape(name)}`
  const ended = (folder: string) => (name: string) => `${below(folder)(name)} `
  return {
    prefix,
    store: `${prefix}store`,
    rows: `${prefix}rows/`,
    changes: `${prefix}changes/`,
    leases: `${prefix}leases/`,
    wishes: `${prefix}wishes/`,
    row: ended('rows'),
    named: ended('names'),
    change: below('changes'),
    lease: below('leases'),
    fence: below('fences'),
    wishesFor: ended('wishes'),
    document: ended('documents'),
    documentVersion: (name) => `${ended('documents')(name)}version`,
  }
}

/** The name at the end of `key`, below `folder`, up to a blank. */
export function nameIn(key: string, folder: string): string {
  const [name = ''] = key.slice(folder.length).split(' ')
  try {
    return decodeURIComponent(name)
  } catch {
    // Not a key that we have written.
    return name
  }
}

/** The generation in the key of a wish; NaN in one that we have not written. */
export function generationIn(key: string): number {
  return Number(key.split(' ').at(-2))
}

/** A generation as a part of a key: in the order of numbers. */
export function ordered(generation: number): string {
  return String(generation).padStart(16, '0')
}

function escape(name: string): string {
  return name.replace(/[%\s\u0000-\u001f\u007f]/g, encodeURIComponent)
}
