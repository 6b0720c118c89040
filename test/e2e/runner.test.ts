import { describe, expect, test } from 'vitest'
import { readStory, runStory } from './runner.ts'

// Stories that are not true, and what has to be said of them: the runner must be able to fail.
const untrue: ReadonlyArray<readonly [what: string, story: string, said: RegExp]> = [
  ['an exit status', '$ exit 3', /untrue:1: .*\nit ended with 3, not 0/],
  ['an exit status that was told', '$ true\nexit 4', /it ended with 0, not 4/],
  ['output', '$ echo a\n> b', /untrue:2: > b\nit printed something else/],
  ['a line too many', '$ echo a; echo b\n> a', /something else/],
  ['a line too few', '$ echo a\n> a\n> b', /something else/],
  ['output of a failure', '$ echo a; exit 1\nexit 1', /printed to standard output/],
  ['a pattern', "$ echo a >&2\nstderr '^b$'", /not so: something matches \^b\$/],
  ['a pattern that must not be', '$ echo a\n! stdout a', /it is so/],
  ['JSON', '$ echo \'{"a":[{"b":1}]}\'\njson a.0.b 2', /a\.0\.b is 1/],
  ['JSON that is missing', "$ echo '{}'\njson a", /there is a/],
  ['text that is no JSON', '$ echo a\njson a', /that is not JSON/],
  ['a file', '$ true\nfile nowhere x', /no file nowhere/],
  ['a sandbox', '$ true\nserver oz requests 0', /no sandbox of oz/],
  ['a request', 'sandbox oz\n$ true\nserver oz requests 1', /there were 0.*none/],
  ['a live token', 'sandbox oz\n$ true\nserver oz live x', /not so: it is alive/],
  ['no secret on stderr', 'sandbox oz\n$ echo $OZ_PASSWORD >&2', /a secret is on standard error/],
]

describe.concurrent('a story that is not true fails, at the line that is not', () => {
  for (const [what, text, said] of untrue) {
    test(`about ${what}`, async () => {
      await expect(runStory(readStory('untrue', text))).rejects.toThrow(said)
    })
  }
})

test('a line that means nothing is refused before anything is run', () => {
  expect(() => readStory('slip', '$ true\nstdot x')).toThrow('slip:2: nothing begins with "stdot"')
})

test('a true story passes', async () => {
  const text = [
    'env X=1',
    'stdin "two\\nlines\\n"',
    '$ cat; cat file; echo "$X"',
    '> two',
    '> ...',
    '> fi...',
    '> 1',
    "! stdout 'three'",
    '$ echo no; exit 5',
    'exit 5',
    '> no',
    'save WORD',
    '$ echo $WORD >&2',
    "stderr '^$WORD$'",
    '-- file --',
    'file',
    '',
  ].join('\n')
  await expect(runStory(readStory('true', text))).resolves.toBeUndefined()
})
