import { basename } from 'node:path'
import { late } from './load-seldom.mjs'

// What every token needs, and every program that is run with one. Each may load those before it.
const plain = [
  'entry',
  'agent-wire',
  'start',
  'seldom',
  'file-store',
  'keychain',
  'exec',
  'env',
  'fields',
  'agent-client',
  'requests',
  'curl',
  'fingerprint',
]

// What a token of a store for many machines takes besides: one letter that is not ASCII makes the whole
// text of a chunk twice as large for who reads it.
const plainLetters = ['shared', 'redis', 'postgres', 'etcd', 'http', 'send-plainly']

function escapeLetters(code) {
  return code.replace(
    /[^\0-\x7f]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

// What a chunk gives to others is given through functions, in case it changes meanwhile. In these it
// does not change, and compiling two hundred such functions is a tenth of the start; so is loading what
// they are made with.
export const plainExports = {
  name: 'plain-exports',
  renderChunk(code, { fileName, imports }) {
    const name = basename(fileName, '.cjs')
    if (plainLetters.includes(name)) return { code: escapeLetters(code), map: null }
    if (!plain.includes(name)) return null
    const earlier = [...late, ...plain.slice(0, plain.indexOf(name))]
    const others = imports.flatMap((path) => /^chunks\/(.*)\.cjs$/.exec(path)?.[1] ?? [])
    const early = others.find((one) => one !== 'rolldown-runtime' && !earlier.includes(one))
    if (early !== undefined) throw new Error(`${name} loads ${early}`)
    const given = []
    const written = code
      .replace(/^Object\.defineProperty\(exports, Symbol\.toStringTag, .*\n/m, '')
      .replace(/^exports\.([\w$]+) = ([\w$]+);\n?/gm, (_, outside, inside) => {
        given.push(`${outside}: ${inside}`)
        return ''
      })
      .replace(
        /^Object\.defineProperty\(exports, "([\w$]+)", \{\s+enumerable: true,\s+get: function \(\) \{\s+return ([\w$]+);\s+\}\s+\}\);\n?/gm,
        (_, outside, inside) => {
          if (code.includes(`\nlet ${inside}`)) throw new Error(`${inside} may change`)
          given.push(`${outside}: ${inside}`)
          return ''
        },
      )
      .replace(/^var (\w+_exports) = .*__exportAll\(\{([^{}]+)\}\);$/gm, (_, all, insides) => {
        const names = insides.replace(/(\w+): \(\) => \1/g, '$1').split(',')
        for (const one of names.map((text) => text.trim()))
          if (!code.includes(`function ${one}(`)) throw new Error(`${one} is not there yet`)
        return `const ${all} = {${names}};`
      })
      .replace(/^const require_rolldown_runtime = .*\n/m, '')
      // It is named hundreds of times.
      .replace(/\brequire_chunks_entry\b/g, '_entry')
      // Said to bundlers, of which none comes after.
      .replaceAll('/* @__PURE__ */ ', '')
    if (written === code || /\bexports[.,]|rolldown_runtime/.test(written))
      throw new Error(`${name} is written in another way: look here again`)
    return {
      code: `${escapeLetters(written)}\nmodule.exports = { ${given.join(', ')} };\n`,
      map: null,
    }
  },
}
