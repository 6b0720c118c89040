/*
 * A story is a plain text that tells what a user types and what happens then. One line is one thing:
 *
 *   # prose, for the reader                 (empty lines are for the reader, too)
 *   $ tokn token web                        a command line, for the shell; it has to end with 0
 *   exit 4                                  ... or with this; then standard output has to be empty,
 *                                           unless the story says what is on it
 *   > a line                                standard output, all of it; "..." within a line is any
 *                                           text, a line of "..." alone is any number of lines
 *   stdout 'regexp'    stderr 'regexp'      something in it matches; with "! " before: nothing does
 *   json PATH [VALUE]                       standard output is JSON, and there (a.0.b) is VALUE, or
 *   json-error PATH [VALUE]                 anything; the same for standard error
 *   save NAME [PATH]                        from here on $NAME is what was printed (at PATH of it)
 *   file PATH 'regexp'                      a file holds that; "! file PATH" is: there is no file
 *   server API requests ['METHOD /path'] N  what the command made the server see: so many requests
 *   server API header NAME [VALUE]          ... the last one with this header, spelt like that
 *   server API query NAME VALUE             ... with this in the query
 *   server API body JSON                    ... with this body
 *   server API live TOKEN                   this access token works there now ("! server": not)
 *
 *   needs PROGRAM                           without it the story is skipped, loudly
 *   sandbox API [ttl=5m] [loose] [at=URL]   serve a fake API; $HOSTERBY_URL, $HOSTERBY_API_URL and
 *                                           $HOSTERBY_RESOURCE are where; URL, in the story, is too
 *   credentials API|none                    TOKN_<FIELD> variables from here on, or no more
 *                                           (a story finds them in $HOSTERBY_<FIELD>, too)
 *   env NAME=VALUE    env NAME              a variable from here on, or no more
 *   stdin "text\n"                          standard input of the next command, as JSON text
 *   fault API JSON|none    expire API       see src/sandbox/faults.ts; ends every access token
 *   advance API 20m    pass 20m             a server's clock goes ahead; time passes for all
 *   -- name --                              the lines below are a file of that name
 *
 * VALUE is JSON or a word; words with blanks stand in 'quotes'. $NAME is filled in everywhere.
 * Whatever happens, no credential and no token may be on standard error.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { checks } from './checks.ts'
import { arrangements } from './arrangements.ts'
import { readWords } from './words.ts'
import { openStoryWorld, StoryFailure, type StoryWorld } from './world.ts'

interface Line {
  readonly number: number
  readonly text: string
  readonly keyword: string
}

export interface Story {
  readonly name: string
  readonly needs: readonly string[]
  readonly lines: readonly Line[]
  readonly files: ReadonlyMap<string, string>
}

/** Reads a story. Throws for a line that means nothing, so that no check is lost by a slip. */
export function readStory(name: string, text: string): Story {
  const { story, files } = splitFiles(text)
  const all = story.map((raw, index) => {
    const line = raw.trimEnd()
    return { number: index + 1, text: line, keyword: keywordOf(line) }
  })
  const lines = all.filter(({ keyword }) => keyword !== '' && keyword !== '#')
  for (const { number, keyword } of lines) {
    const known =
      arrangements.has(keyword) || checks.has(keyword) || ['$', '>', 'needs'].includes(keyword)
    if (!known) throw new Error(`${name}:${number}: nothing begins with "${keyword}"`)
  }
  const needs = lines.filter(({ keyword }) => keyword === 'needs').map(({ text }) => restOf(text))
  return { name, needs, lines: lines.filter(({ keyword }) => keyword !== 'needs'), files }
}

/** Tells a story to the real program. Throws at the first thing that is not as it says. */
export async function runStory(story: Story): Promise<void> {
  const world = openStoryWorld()
  try {
    for (const [name, content] of story.files) {
      mkdirSync(dirname(join(world.home.work, name)), { recursive: true })
      writeFileSync(join(world.home.work, name), content)
    }
    for (const [index, line] of story.lines.entries()) {
      const before = story.lines[index - 1]
      await located(story, world, line, () =>
        runLine(world, line, before, story.lines.slice(index + 1)),
      )
    }
  } finally {
    await world.close()
  }
}

async function runLine(
  world: StoryWorld,
  line: Line,
  before: Line | undefined,
  after: readonly Line[],
): Promise<void> {
  const { keyword, text } = line
  if (keyword === '$') {
    const said = upTo(after, ({ keyword: next }) => next === '$')
    await world.command(restOf(text))
    world.checkEnd(expectedExit(said), saysOutput(said))
  } else if (keyword === '>') {
    if (before?.keyword === '>') return
    const printed = upTo(after, ({ keyword: next }) => next !== '>')
    world.checkPrinted([line, ...printed].map((one) => one.text.slice(2)))
  } else {
    const not = text.startsWith('! ')
    const rest = restOf(not ? text.slice(2) : text)
    await arrangements.get(keyword)?.(world, rest)
    checks.get(keyword)?.(world, readWords(world.fill(rest)), not)
  }
}

function upTo(lines: readonly Line[], ends: (line: Line) => boolean): readonly Line[] {
  const at = lines.findIndex(ends)
  return at < 0 ? lines : lines.slice(0, at)
}

async function located(
  { name }: Story,
  world: StoryWorld,
  { number, text }: Line,
  work: () => void | Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof StoryFailure)) throw error
    throw new Error(`${name}:${number}: ${text}\n${error.message}\n${world.describe()}`, {
      cause: error,
    })
  }
}

function expectedExit(said: readonly Line[]): number {
  const line = said.find(({ keyword }) => keyword === 'exit')
  return line === undefined ? 0 : Number(restOf(line.text))
}

function saysOutput(said: readonly Line[]): boolean {
  return said.some(
    ({ keyword, text }) =>
      ['>', 'stdout', 'json', 'save'].includes(keyword) && !text.startsWith('!'),
  )
}

function keywordOf(text: string): string {
  const plain = text.startsWith('! ') ? text.slice(2) : text
  return plain.startsWith('#') ? '#' : (plain.split(' ')[0] ?? '')
}

function restOf(text: string): string {
  const at = text.indexOf(' ')
  return at < 0 ? '' : text.slice(at + 1).trim()
}

function splitFiles(text: string): { story: readonly string[]; files: Map<string, string> } {
  const [story = '', ...parts] = text.split(/^-- (.+) --\n/m)
  const files = new Map<string, string>()
  for (let index = 0; index < parts.length; index += 2) {
    files.set(parts[index] ?? '', parts[index + 1] ?? '')
  }
  return { story: story.split('\n'), files }
}
