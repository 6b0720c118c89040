'use strict'
// Writes the reference of provider definitions into docs/definitions.md, from the JSON Schema that
// the build has made. Every key must have a description in the schema: without one this fails.
// With --check: fails if the document is not up to date, and changes nothing.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const schema = JSON.parse(readFileSync(join(root, 'dist/provider.schema.json'), 'utf8'))
const file = join(root, 'docs/definitions.md')
const begin = '<!-- reference: made by npm run reference -->\n'
const end = '<!-- reference ends -->'

const kinds = Object.entries(schema.$defs)
const missing = []

const sections = [
  table('The definition', schema),
  ...kinds.map(([name, kind]) =>
    kind.properties ? table(name, kind) : `### ${name}\n\n${wrap(kind.description)}\n`,
  ),
]

/** A paragraph in lines of at most 120 columns. */
function wrap(text) {
  return text.replace(/(.{1,120})(?: |$)/g, '$1\n').trimEnd()
}

function table(title, kind) {
  const rows = rowsOf(title, kind).map((cells) => `| ${cells.join(' | ')} |`)
  const about = kind.description === undefined ? '' : `${wrap(kind.description)}\n\n`
  return `### ${title}\n\n${about}| key | value | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

/** One row a key; the keys of an object within it follow, as `outer.inner`. */
function rowsOf(title, { properties, required = [] }, prefix = '') {
  return Object.entries(properties).flatMap(([key, property]) => {
    const name = prefix + key
    const { description } = property
    if (description === undefined) missing.push(`${title}: ${name}`)
    const mark = required.includes(key) ? ' *' : ''
    const row = [`\`${name}\`${mark}`, typeOf(property), escape(description ?? '')]
    return [row, ...(property.properties ? rowsOf(title, property, `${name}.`) : [])]
  })
}

function typeOf(property) {
  if (property.$ref) return property.$ref.replace(/^#\/\$defs\/(.*)$/, '[$1](#$1)')
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(' ')
  if (property.const !== undefined) return `\`${property.const}\``
  if (property.anyOf) return [...new Set(property.anyOf.map(typeOf))].join(' or ')
  if (property.type === 'array') return `list of ${typeOf(property.items ?? {})}`
  if (property.type === 'object') {
    const value = property.additionalProperties
    return value ? `map of ${typeOf(value)}` : 'object'
  }
  const types = [property.type ?? 'any value'].flat()
  return types.map((name) => (name === 'string' ? 'text' : name)).join(', ')
}

function escape(text) {
  return text.replaceAll(/[|<]/g, '\\$&').replaceAll('\n', ' ')
}

if (missing.length > 0) throw new Error(`no description in the schema: ${missing.join(', ')}`)
const text = readFileSync(file, 'utf8')
const from = text.indexOf(begin)
const to = text.indexOf(end)
if (from < 0 || to < from) throw new Error(`${file} has no place for the reference`)
const next = `${text.slice(0, from)}${begin}\n${sections.join('\n')}\n${text.slice(to)}`
if (process.argv.includes('--check')) {
  if (next !== text) {
    process.stderr.write('docs/definitions.md is not up to date: npm run reference\n')
    process.exitCode = 1
  }
} else writeFileSync(file, next)
