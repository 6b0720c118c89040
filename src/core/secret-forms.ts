import { display } from './text.ts'

/** Shortest piece of base64 or hexadecimal that no prose has, in characters. */
const shortestCode = 8
/** Shortest line of a longer secret that is one by itself, in characters. */
const shortestLine = 12

/**
 * The forms in which a secret can come back as text: as it is, as one line of it, and as URLs, form
 * bodies and JSON write it, once or twice.
 */
export function textsOf(secret: string): readonly string[] {
  const spellings = [secret, secret.trim(), secret.normalize('NFC'), secret.normalize('NFD')]
  const written = unique([...spellings, ...linesOf(secret), mojibake(secret)])
  return unique([...written, ...written.flatMap(escapesOf)])
}

function escapesOf(text: string): readonly string[] {
  const percent = percentOf(text)
  const strict = percent.replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
  const form = new URLSearchParams([['', text]]).toString().slice(1)
  const json = JSON.stringify(text).slice(1, -1)
  const ascii = json.replace(/[^ -~]/g, unicodeEscape)
  return [
    percent,
    strict,
    form,
    ...[percent, strict, form].map((once) => encodeURIComponent(once)),
    json,
    ascii,
    ...[json, ascii].flatMap((once) => [
      once.replaceAll('/', '\\/'),
      JSON.stringify(once).slice(1, -1),
    ]),
    text.replace(/[\\'"`]/g, '\\$&'),
    display(text, Number.POSITIVE_INFINITY),
  ]
}

/** Base64 and hexadecimal of a secret, and of its percent-encoded form (RFC 6749 section 2.3.1). */
export function codesOf(secret: string): readonly string[] {
  const percent = percentOf(secret)
  const codes = unique([secret, percent]).flatMap((text) => {
    const hex = Buffer.from(text).toString('hex')
    return [...base64Of(text), ...[hex, hex.toUpperCase()].filter(isLongEnough)]
  })
  return unique(codes)
}

/** As URLs write it. */
export function percentOf(text: string): string {
  return escaped(() => encodeURIComponent(text)) ?? text
}

/** Base64 of `text`, whatever stands before it, and the same for URLs. */
export function base64Of(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const codes = [0, 1, 2].map((before) => middleOfBase64(bytes, before)).filter(isLongEnough)
  return unique([...codes, ...codes.map((code) => code.replaceAll('+', '-').replaceAll('/', '_'))])
}

function isLongEnough(code: string): boolean {
  return code.length >= shortestCode
}

/** What base64 makes of `bytes` alone, where `before` further ones stand in the first group. */
function middleOfBase64(bytes: Buffer, before: number): string {
  const all = Buffer.concat([Buffer.alloc(before), bytes])
  const whole = all.toString('base64').replace(/=+$/, '')
  // The last character holds bits of what follows, unless it ends a group.
  const end = all.length % 3 === 0 ? whole.length : whole.length - 1
  return whole.slice([0, 2, 3][before], end)
}

/** The lines of a key in PEM, less those that every key has. */
function linesOf(secret: string): readonly string[] {
  if (!/[\r\n]/.test(secret)) return []
  return secret
    .split(/[\r\n]+/)
    .filter((line) => line.length >= shortestLine && !line.startsWith('-----'))
}

/** UTF-8 that was taken for Latin-1. */
function mojibake(secret: string): string {
  return Buffer.from(secret).toString('latin1')
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Half of a surrogate pair has no percent-encoding. */
function escaped(encode: () => string): string | undefined {
  try {
    return encode()
  } catch {
    return undefined
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
