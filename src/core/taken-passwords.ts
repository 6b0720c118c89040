// Variables of others that have given the password of a store to this process.
const taken = new Set<string>()

/** A variable of another program that has the password of our store: no child gets it from then on. */
export function takePassword(
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined {
  const value = environment[name]
  if (value) taken.add(name)
  return value
}

export function isTaken(name: string): boolean {
  return taken.has(name)
}
