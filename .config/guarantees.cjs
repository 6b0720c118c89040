'use strict'
// Writes into docs/guarantees.md which test files show each guarantee: those with its code at the
// beginning of a test's name ('E4: ...' or 'H1, H2: ...'). Fails where a code has no row, or no test.
// With --check: fails if the document is not up to date, and changes nothing.
const { readdirSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')
const file = join(root, 'docs/guarantees.md')
const cited = /(['"`])((?:[A-J]\d{1,2}, )*[A-J]\d{1,2}): /g
const row = /^\| ([A-J]\d{1,2}) \| (.*) \| .*\|$/gm

const shownBy = new Map()
for (const path of readdirSync(join(root, 'test'), { recursive: true }).toSorted()) {
  if (!path.endsWith('.test.ts')) continue
  const text = readFileSync(join(root, 'test', path), 'utf8')
  for (const code of [...text.matchAll(cited)].flatMap(([, , codes]) => codes.split(', '))) {
    shownBy.set(code, (shownBy.get(code) ?? new Set()).add(`\`${path.replaceAll('\\', '/')}\``))
  }
}

const text = readFileSync(file, 'utf8')
const told = [...text.matchAll(row)].map(([, code]) => code)
const wrong = [
  ...told.filter((code) => !shownBy.has(code)).map((code) => `no test shows ${code}`),
  ...[...shownBy.keys()].filter((code) => !told.includes(code)).map((code) => `no row for ${code}`),
  ...told.filter((code, at) => told.indexOf(code) !== at).map((code) => `two rows for ${code}`),
]
const next = text.replace(row, (_, code, guarantee) => {
  const files = [...(shownBy.get(code) ?? [])].join(', ')
  return `| ${code} | ${guarantee} | ${files} |`
})
if (wrong.length > 0) {
  process.stderr.write(`docs/guarantees.md: ${wrong.join('; ')}\n`)
  process.exitCode = 1
} else if (!process.argv.includes('--check')) writeFileSync(file, next)
else if (next !== text) {
  process.stderr.write('docs/guarantees.md is not up to date: npm run reference\n')
  process.exitCode = 1
}
