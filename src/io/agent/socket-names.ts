/**
 * The name under which a socket listens before it has its own. Sockets of one process are named after
 * it, so that those of a process that was killed are known.
 */
export const nameBefore = (): string => `.${process.pid}`

/** The name of a socket of this process: of a CI job (see `isNameOfJob`), or of a program of `exec`. */
export const nameOfOwn = (kind: 'ci' | 'exec', id: string): string =>
  `${kind}-${process.pid}-${id}.sock`

/** The process whose socket has this name; `undefined` for one that belongs to none in particular. */
export function processOf(name: string): number | undefined {
  const pid = Number(/^(?:(?:exec|ci)-|\.)(\d+)(?:-.*)?(?:\.sock)?$/.exec(name)?.[1] ?? 0)
  return pid === 0 ? undefined : pid
}
