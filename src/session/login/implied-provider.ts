/** Settings of which each says where an OAuth server is, and so that it is one. */
const addresses = ['issuer', 'discovery', 'token_endpoint'] as const

/** The provider that is meant where none is named, but the address of a server is. Throws `usage`. */
export function impliedProvider(
  read: ((name: string) => string | undefined) | undefined,
): string | undefined {
  return addresses.some((name) => read?.(name) !== undefined) ? 'oauth' : undefined
}
