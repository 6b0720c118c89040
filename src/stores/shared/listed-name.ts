const longest = 64

/** The name of a row in a list; of one that no profile can have, as much as is enough to know it by. */
export function listedName(name: string): string {
  const letters = name.length > longest ? [...name.slice(0, 2 * longest)] : []
  return letters.length > longest ? `${letters.slice(0, longest).join('')}…` : name
}
