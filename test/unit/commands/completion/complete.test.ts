import { describe, expect, test } from 'vitest'
import { complete, type Sources } from '../../../../src/commands/completion/candidates.ts'
import { makeTable } from '../../../../src/commands/completion/make-table.ts'
import { printAnswer, printForBash } from '../../../../src/commands/completion/print.ts'
import { readShellLine } from '../../../../src/commands/completion/shell-line.ts'
import { openTree } from '../tree.ts'

const providers = [{ id: 'oz', title: 'Oz API', scopes: [] }]
const table = makeTable(openTree(), { providers, choices: { flow: ['auto', 'code'] } })
const named = (...values: readonly string[]) => values.map((value) => ({ value, about: '' }))

const sources: Sources = {
  profiles: () => named('web', 'work'),
  ownProviders: () => named('own'),
  scopes: () => named('read:all', 'write:all'),
  tokens: () => named('t1', 't2'),
}

/** What is offered for the last of these words, by kind. */
async function offered(line: string): Promise<string> {
  const words = line.split(' ')
  const answer = await complete(table, words.slice(0, -1), words.at(-1) ?? '', sources)
  const { kind, at, head, typed, choices } = answer
  const fitting = choices.map(({ value }) => value).filter((value) => value.startsWith(typed))
  const where = kind === 'command' || kind === 'curl' ? ` ${at}` : ''
  return [`${kind}${where}`, head, ...fitting].filter((part) => part !== '').join(' ')
}

describe('what can stand in a line', () => {
  test.each([
    ['wh', 'words which why'],
    ['profile re', 'words rename remove'],
    ['profile ', 'words list ls show use set bind unbind rename remove rm forget-credentials'],
    ['-q stat', 'words status'],
    ['--config-dir x stat', 'words status'],
    ['--config-dir ', 'folders'],
    ['token ', 'words web work'],
    ['token web ', expect.stringMatching(/^words --min-ttl .*--help$/)],
    ['token web x', 'words'],
    ['token web --min', 'words --min-ttl'],
    ['token --min-ttl 1m --min', 'words'],
    ['exec -e V --en', 'words --env'],
    ['token -P web w', 'words'],
    ['token -Pweb w', 'words'],
    ['token web -', expect.stringContaining(' -o --output ')],
    ['token --output=e', 'words --output= env'],
    ['token --refresh f', 'words force'],
    ['token -n=', 'words'],
    ['token --bare=', 'words'],
    ['token --profile=w', 'words --profile= web work'],
    ['exec -e V', 'words'],
    ['exec -e ', 'words'],
    ['profile use --fields p', 'words profile provider'],
    ['profile use --fields profile,p', 'words profile, provider'],
    ['profile use --fields=profile,p', 'words --fields=profile, provider'],
    ['token --field expires_at_', 'words expires_at_epoch'],
    ['list --fields last', 'words last_used_at'],
    ['token --min-ttl ', 'words'],
    ['token --min-ttl=', 'words --min-ttl='],
    ['exec -e V:w', 'words V: web work'],
    ['exec --env=V:wo', 'words --env=V: work'],
    ['exec web -- ', 'command 3'],
    ['exec web -- git ch', 'command 3'],
    ['curl -- -X', 'curl 2'],
    ['token -- w', 'words web work'],
    ['token -- -', 'words'],
    ['login --flow c', 'words code'],
    ['login -p o', 'words oz own'],
    ['provider show o', 'words oz own'],
    ['provider remove o', 'words own'],
    ['provider test o', 'both oz own'],
    ['provider add x', 'files'],
    ['issue --scope read:all --scope ', 'words write:all'],
    ['issue --save-as w', 'words'],
    ['revoke t1 t', 'words t2'],
    ['token --ca x', 'files'],
    ['token --ca=x', 'files --ca='],
    ['login --secret-file x', 'files'],
    ['sandbox oz o', 'words'],
    ['sandbox oz h', 'words hosterby'],
    ['completion ', 'words bash zsh fish pwsh'],
    ['help pro', 'words profile provider providers'],
    ['help profile bi', 'words bind'],
    ['help nothing ', 'words'],
    ['nothing ', 'words'],
    ['token --nothing ', 'words'],
    ['profile nothing ', 'words'],
    ['doctor ', expect.stringMatching(/^words --fix .*--help$/)],
  ] as ReadonlyArray<[string, string]>)('%j: %j', async (line, expected) => {
    expect(await offered(line)).toEqual(expected)
  })

  test('every command and every flag of it has its words', async () => {
    const all = [table.program, ...table.program.commands.flatMap((one) => [one, ...one.commands])]
    for (const { names, flags, about } of all) {
      expect(names.length, about).toBeGreaterThan(0)
      expect(about).not.toBe('')
      for (const place of flags) expect(table.flags[place]?.about).not.toBe('')
    }
  })
})

describe('what a shell is told', () => {
  const answer = {
    kind: 'words',
    at: 0,
    head: '--x=',
    typed: 'a',
    choices: named('a b', 'c'),
  } as const

  test('words with what stands before them, by the rules of each', () => {
    expect(printAnswer(answer, 'zsh', 2)).toBe('words =\na b\nc\n')
    expect(printAnswer(answer, 'fish', 2)).toBe('words --x=\n--x=a b\n--x=c\n')
    expect(printAnswer(answer, 'pwsh', 2)).toBe('words --x=\n--x=a b\n')
    const child = { ...answer, kind: 'command', at: 3 } as const
    expect(printAnswer(child, 'zsh', 2)).toBe('command 5\n')
  })

  test('many words only where they begin as is typed', () => {
    const many = { ...answer, head: '', choices: named('a', ...'b'.repeat(600)) }
    expect(printAnswer(many, 'fish', 2)).toBe('words\na\n')
  })

  // The word as it is typed, the end of it that bash replaces, and what it is replaced by.
  test.each([
    ['--x=a', 'a', 'a\\ b'],
    ['--x=a', '--x=a', '--x=a\\ b'],
    ['"--x=a', '--x=a', '--x=a b'],
    ["--x='a", 'a', 'a b'],
    ['--x=a', 'other', '--x=a\\ b'],
  ])('%j, of which bash replaces %j, by %j', (raw, text, written) => {
    const word = readShellLine(raw).at(-1) ?? { raw: '', value: '', quote: '' }
    expect(printForBash(answer, word, text)).toBe(`words\n${written}\n`)
  })
})
