'use strict'
// Writes the reference of the definition vocabulary into README.md, from the schema itself.
// With --check: says whether it is current, and changes nothing.
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const schema = JSON.parse(readFileSync(join(root, 'dist/provider.schema.json'), 'utf8'))
const readme = join(root, 'README.md')
const begin = '<!-- reference: made by npm run reference -->\n'
const end = '<!-- reference ends -->'

const kinds = Object.entries(schema.$defs).filter(
  ([name, kind]) => kind.properties && !name.startsWith('__'),
)
const templates = findDescription(schema, '#/$defs/template')
const sections = [
  section('The definition', schema),
  `#### \`template\`\n\n${wrap(templates)}\n`,
  ...kinds.map(([name, kind]) => section(`\`${name}\``, kind)),
]

/** A paragraph in lines of at most 200 columns. */
function wrap(text) {
  return text.replace(/(.{1,200})(?: |$)/g, '$1\n').trimEnd()
}

function section(title, { properties, required = [] }) {
  const rows = Object.entries(properties)
    .filter(([name]) => name !== '$schema')
    .map(
      ([name, property]) =>
        `| \`${name}\`${required.includes(name) ? ' *' : ''} | ${typeOf(property)} | ${describe(property)} |`,
    )
  return `#### ${title}\n\n| key | is | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** The description beside the first reference to a definition: a reference keeps it outside. */
function findDescription(value, reference) {
  if (typeof value !== 'object' || value === null) return undefined
  if (value.$ref === reference && value.description) return value.description
  for (const item of Object.values(value)) {
    const found = findDescription(item, reference)
    if (found) return found
  }
  return undefined
}

function typeOf(property) {
  if (property.$ref) return property.$ref.split('/').at(-1).replace(/^__.*/, 'JSON')
  if (property.enum) return property.enum.map((value) => `\`${value}\``).join(' ')
  if (property.const !== undefined) return `\`${property.const}\``
  if (property.anyOf) return [...new Set(property.anyOf.map(typeOf))].join(' or ')
  if (property.type === 'array') return `list of ${typeOf(property.items ?? {})}`
  if (property.type === 'object') {
    const value = property.additionalProperties
    return value && value !== true
      ? `map of ${typeOf(value)}`
      : Object.keys(property.properties ?? {})
          .map((key) => `\`${key}\``)
          .join(', ') || 'object'
  }
  return property.type === 'string' ? 'text' : (property.type ?? 'any value')
}

function describe(property) {
  // Said once, at the template itself.
  const text =
    property.$ref === '#/$defs/template' || property.description === templates
      ? ''
      : (property.description ?? '')
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

const text = readFileSync(readme, 'utf8')
const from = text.indexOf(begin)
const to = text.indexOf(end)
if (from < 0 || to < from) throw new Error('README.md has no place for the reference')
const next = `${text.slice(0, from)}${begin}\n${sections.join('\n')}\n${text.slice(to)}`
if (process.argv.includes('--check')) {
  if (next !== text) {
    process.stderr.write('the reference in README.md is not current: npm run reference\n')
    process.exitCode = 1
  }
} else writeFileSync(readme, next)
