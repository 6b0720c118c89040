import { createRequire } from 'node:module'
import { trimDecoder } from './trimmed-decoder.mjs'
import { pgCuts } from './trimmed-pg.mjs'

// Parts of packages that we never run, left out of the bundle: loading them takes longer than what
// they are loaded for. Each cut names the very text that it replaces, so that a package that has
// changed there fails the build instead of changing what the program does.

const { ERROR, TYPE } = createRequire(import.meta.url)('undici/lib/llhttp/constants.js')

/** By file of a package: each text in it that is replaced, and by what; or what cuts it. */
export const cuts = [
  { file: 'ioredis/built/resp/decoder.js', cut: trimDecoder },
  {
    // Of ioredis it is what reads answers. It needs these errors, not what checks how they are made.
    file: 'redis-errors/index.js',
    replaced: [["? require('./lib/old')", '? undefined']],
  },
  {
    file: 'redis-errors/lib/modern.js',
    replaced: [
      [
        "const assert = require('assert')",
        'const assert = () => undefined\nassert.strictEqual = assert',
      ],
    ],
  },
  {
    // It can run subcommands that are programs of their own. Ours are not, and loading what that
    // takes (child_process, and with it net and streams) is a tenth of the time of `tokn --help`.
    file: 'commander/lib/command.js',
    replaced: [
      [
        "const childProcess = require('node:child_process')",
        "const childProcess = { get spawn() { return require('node:child_process').spawn } }",
      ],
    ],
  },
  {
    // Checks by a schema, and migrations: config.json is checked by us, when it is read and before it
    // is written, and its versions are ours as well. What it has read is compared with itself, which
    // takes no node:assert.
    file: 'conf/dist/source/index.js',
    replaced: [
      [
        "import assert from 'node:assert';",
        `const assert = {
  deepEqual: (left, right) => {
    if (!isDeepStrictEqual(left, right)) throw new Error('these differ')
  },
}`,
      ],
      ["import { Ajv2020 as Ajv } from 'ajv/dist/2020.js';", 'const Ajv = undefined'],
      ["import ajvFormatsModule from 'ajv-formats';", 'const ajvFormatsModule = undefined'],
      ["import semver from 'semver';", 'const semver = undefined'],
    ],
  },
  {
    // HTTP/2 is never offered to a server, and the longest head is always given.
    file: 'undici/lib/dispatcher/client.js',
    replaced: [
      lateAssert(),
      ["const http = require('node:http')", 'const http = undefined'],
      ["const connectH2 = require('./client-h2.js')", 'const connectH2 = undefined'],
    ],
  },
  {
    // Bodies are texts, so nothing of fetch encodes them. One of the two parsers will do: both come
    // from the same source, and this one runs on every machine. Of its constants two are read.
    file: 'undici/lib/dispatcher/client-h1.js',
    replaced: [
      lateAssert(),
      ["extractBody = require('../web/fetch/body.js').extractBody", 'extractBody = undefined'],
      [
        "const constants = require('../llhttp/constants.js')",
        `const constants = ${JSON.stringify({ ERROR, TYPE })}`,
      ],
      ["require('../llhttp/llhttp_simd-wasm.js')", "require('../llhttp/llhttp-wasm.js')"],
    ],
  },
  {
    // What a server in this process would hand to undici.
    file: 'undici/lib/core/util.js',
    replaced: [
      lateAssert(),
      ["const { IncomingMessage } = require('node:http')", 'const IncomingMessage = undefined'],
    ],
  },
  {
    // The tables of Unicode behind these two take a fifth of the time of `tokn --help`, and nearly
    // every text is plain.
    file: 'string-width/index.js',
    replaced: [
      [
        'const segmenter = new Intl.Segmenter();',
        `let segments
const segmenter = { segment: (text) => (segments ??= new Intl.Segmenter()).segment(text) }`,
      ],
      [
        String.raw`const rgiEmojiRegex = /^\p{RGI_Emoji}$/v;`,
        String.raw`let emoji
const rgiEmojiRegex = { test: (text) => (emoji ??= new RegExp('^\\p{RGI_Emoji}$', 'v')).test(text) }`,
      ],
    ],
  },
  { file: 'undici/lib/core/request.js', replaced: [lateAssert()] },
  { file: 'undici/lib/core/connect.js', replaced: [lateAssert()] },
  ...pgCuts,
]

/** Makes all cuts. Fails where a text is not there exactly once, or a file is not in the bundle. */
export function trimPackages(made = cuts) {
  const left = new Set(made)
  return {
    name: 'trimmed-packages',
    transform: {
      filter: { id: /[\\/]node_modules[\\/]/ },
      handler(code, id) {
        const cut = made.find(({ file }) => id.replace(/\\/g, '/').endsWith(`node_modules/${file}`))
        if (cut === undefined) return undefined
        left.delete(cut)
        if (cut.cut !== undefined) return cut.cut(code, () => changed(cut.file))
        return cut.replaced.reduce((text, pair) => replaceOnce(text, pair, cut.file), code)
      },
    },
    buildEnd(error) {
      if (error !== undefined) return
      const files = [...left].map(({ file }) => file)
      if (files.length > 0) throw changed(files.join(', '))
    },
  }
}

function replaceOnce(text, [before, after], file) {
  const parts = text.split(before)
  if (parts.length !== 2) throw changed(file)
  return parts.join(after)
}

function changed(file) {
  return new Error(`${file} has changed: look again at what is left out of it`)
}

/** Loads node:assert for what fails: it takes longer than a request to a server nearby. */
function lateAssert() {
  const load = "require('node:assert')"
  return [`const assert = ${load}`, `const assert = (value, text) => value || ${load}(value, text)`]
}
