/** The environment variable of a field, of a profile's token, or of what else has a name. */
export function variableOf(name: string): string {
  return `TOKN_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`
}
