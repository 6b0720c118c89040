import { builtinModules } from 'node:module'
import { rmSync } from 'node:fs'

// CommonJS because an ESM entry costs a fifth of a bare start; chunks because only what a
// command needs may load; unminified because it makes no difference and keeps stack traces.
const dist = new URL('../dist/', import.meta.url).pathname
rmSync(dist, { recursive: true, force: true })

export default {
  input: { main: new URL('../src/main.ts', import.meta.url).pathname },
  platform: 'node',
  // keytar finds its prebuilt binary relative to itself, so it cannot move into a bundle.
  external: ['keytar', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)],
  output: {
    dir: dist,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'chunks/[name].cjs',
    minify: false,
    exports: 'named',
  },
}
