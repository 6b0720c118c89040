import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { thorough } from '../support/effort.ts'
import { makeHome, program } from '../support/home.ts'
import { openLongList, tokensFrom } from '../support/long-list.ts'
import { requirePart } from '../support/parts.ts'

const perPage = 1_000
const [few, many] = [20, thorough ? 1_000 : 150]

interface Printed {
  readonly status: number | null
  readonly lines: number
  /** The most that the process had in memory, in MB. */
  readonly memory: number
}

/** Prints a list of so many pages, and counts its lines. */
async function print(pages: number): Promise<Printed> {
  const home = makeHome()
  const list = await openLongList(home, (page, cursor) => ({
    items: tokensFrom(Number(cursor) * perPage, perPage),
    next: page + 1 < pages ? String(page + 1) : undefined,
  }))
  const words = [program, 'list', 'long', '--json-lines', '--timeout', '10m']
  const child = spawn(process.execPath, words, {
    env: { ...home.environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let [lines, memory] = [0, 0]
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) lines++
  })
  const watch = setInterval(() => (memory = Math.max(memory, peakOf(child.pid))), 50)
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearInterval(watch)
  await list.close()
  home.remove()
  return { status, lines, memory }
}

function peakOf(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+([0-9]+)/m.exec(text)?.[1] ?? 0) / 1_000
  } catch {
    return 0
  }
}

it.runIf(requirePart('linux'))('a list takes no more memory for being longer', async () => {
  const [short, long] = [await print(few), await print(many)]
  console.log(
    `${short.lines} tokens: ${short.memory.toFixed(0)} MB; ${long.lines}: ${long.memory.toFixed(0)} MB`,
  )
  expect(short).toMatchObject({ status: 0, lines: few * perPage })
  expect(long).toMatchObject({ status: 0, lines: many * perPage })
  // Where ids are looked for twice takes 48 MB for a moment; a token held would take 300 bytes or more.
  expect(long.memory).toBeLessThan(short.memory + 64)
})
