import type { Secret } from './secret.ts'

/** `{access}` replaced in every value of one part of an attachment. */
export function fillAccess(
  part: Readonly<Record<string, string>> | undefined,
  access: Pick<Secret, 'reveal'>,
): ReadonlyArray<readonly [name: string, value: string]> {
  return Object.entries(part ?? {}).map(
    ([name, value]) => [name, value.split('{access}').join(access.reveal())] as const,
  )
}
