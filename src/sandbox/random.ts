import { createHmac, randomBytes, randomInt } from 'node:crypto'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A random string of `length` lower-case hex digits. */
export function makeHex(length: number): string {
  return randomBytes(Math.ceil(length / 2))
    .toString('hex')
    .slice(0, length)
}

/** A random string of `length` ASCII letters and digits. */
export function makeWord(length: number): string {
  return Array.from({ length }, () => letters.charAt(randomInt(letters.length))).join('')
}

function encodePart(value: Buffer | string): string {
  return Buffer.from(value).toString('base64url')
}

/** A JWT (RFC 7519) over `claims`, signed with HS256 and `key`. */
export function signJwt(claims: Readonly<Record<string, unknown>>, key: string): string {
  const head = encodePart(JSON.stringify({ alg: 'HS256', typ: 'JWT' }))
  const signed = `${head}.${encodePart(JSON.stringify(claims))}`
  return `${signed}.${encodePart(createHmac('sha256', key).update(signed).digest())}`
}
