/** A text with its escapes read, and where in the text as it was each unit of it begins. */
export interface ReadText {
  readonly text: string
  /** One more than `text` has UTF-16 units: the last is the end. */
  readonly starts: readonly number[]
}

// Every part is bounded, and begins with a character that no other part holds.
const escape =
  /&(?:#(\d{1,10})|#x([0-9a-f]{1,10})|([a-z][a-z0-9]{1,7}));|\\(?:u([0-9a-f]{4})|x([0-9a-f]{2}))/gi

// HTML 4.01, from U+00A0 on.
const latin =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml'

const names = new Map<string, string>([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ...latin.split(' ').map((name, at): [string, string] => [name, String.fromCharCode(0xa0 + at)]),
])

/**
 * Reads what HTML (by name or by number) and JSON (by number) write for single characters: which of
 * them a writer escapes, and how, is for each to choose. `undefined` where nothing is escaped.
 */
export function readEscapes(written: string): ReadText | undefined {
  const parts: string[] = []
  const starts: number[] = []
  let end = 0
  for (const found of written.matchAll(escape)) {
    const meant = characterOf(found)
    if (meant === undefined) continue
    keep(found.index)
    parts.push(meant)
    for (let unit = 0; unit < meant.length; unit++) starts.push(found.index)
    end = found.index + found[0].length
  }
  if (end === 0) return undefined
  keep(written.length)
  return { text: parts.join(''), starts: [...starts, written.length] }

  function keep(until: number): void {
    parts.push(written.slice(end, until))
    for (; end < until; end++) starts.push(end)
  }
}

function characterOf([, decimal, hex, name, ...json]: RegExpExecArray): string | undefined {
  if (name !== undefined) return names.get(name) ?? names.get(name.toLowerCase())
  const base = decimal === undefined ? 16 : 10
  const code = Number.parseInt(decimal ?? hex ?? json[0] ?? json[1] ?? '', base)
  return code > 0x10ffff ? undefined : String.fromCodePoint(code)
}
