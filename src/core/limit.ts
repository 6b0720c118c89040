/** Whether as many are counted as there may be, of those later than `since`. */
export function isReached(
  counted: readonly number[],
  { below, since }: { readonly below: number; readonly since: number },
): boolean {
  return counted.filter((at) => at > since).length >= below
}
