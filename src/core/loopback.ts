// Each number below 256: 127.999.0.1 is a name, which somebody resolves.
const literal = /^(?:127(?:\.(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}|::1|\[::1\])$/

/** Whether `host` is an address of this very machine as it is written, which no name is. */
export function isLoopbackAddress(host: string): boolean {
  return literal.test(host)
}
