import { createHash } from 'node:crypto'

// Of what reads answers of Redis, the types of RESP2: the others, which no server sends that was not
// asked for RESP3, are two thirds of it. Whatever sends them is no Redis, and is told so.

const name = String.raw`_Decoder_\w+`
/** The members of the class that read those types. */
const newer =
  /_Decoder_\w*(?:Null|Boolean|BigNumber|Double|DOUBLE|Verbatim|BlobError|decodeSet|DecodeSet|SetItems|SetAsSet|decodeMap|DecodeMap|MapKey|MapValue|MapItems|MapAs)\w*/
const types =
  /^ +case exports\.RESP_TYPES\.(?:NULL|BOOLEAN|BIG_NUMBER|DOUBLE|VERBATIM_STRING|BLOB_ERROR|SET|MAP|PUSH):\n(?: {12}.*\n)+/gm

/** Of the file that this was made for. */
const digest = '6830a4d1f8448c70b121278d7fa9bfa9089bbae33f73ceae9422bcfc5300408f'

/** Throws what `changed` makes where it has changed. */
export function trimDecoder(code, changed) {
  if (createHash('sha256').update(code).digest('hex') !== digest) throw changed()
  const [declared = ''] = /^var _Decoder_instances, .*$/m.exec(code) ?? []
  const gone = [...declared.matchAll(new RegExp(name, 'g'))].flatMap(([one]) =>
    newer.test(one) ? one : [],
  )
  const members = new RegExp(
    String.raw`\}, (${name}) = function \1\([^]*?(?=\}, ${name} = |\};\n)`,
    'g',
  )
  const written = code
    .replace(declared, (text) => text.replace(newerIn(gone), ''))
    .replace(members, (text, member) => (gone.includes(member) ? '' : text))
    .replace(types, '')
    .replace(/^_Decoder_DOUBLE_DECIMAL_MULTIPLIERS = .*\n(?: .*\n)*\S*;?\n?/m, '')
    .replace('const verbatim_string_1 = require("./verbatim-string");\n', '')
  if (gone.some((one) => written.includes(one)) || written.includes('verbatim')) throw changed()
  return written
}

function newerIn(names) {
  return new RegExp(`, (?:${names.join('|')})(?=[,;])`, 'g')
}
