import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { profileReaders, storeReaders } from '../../../src/app/complete-hint.ts'
import { openHints } from '../../../src/app/hints.ts'
import { pathOf } from '../../../src/commands/flags/path.ts'
import { openTree } from '../commands/tree.ts'

function complete(typed: readonly string[], text: string, ...names: readonly string[]): string {
  const hints = openHints(typed)
  for (const name of names) hints.note(name)
  return hints.complete(text)
}

describe('a hint for a profile that was named', () => {
  test.each([
    ['tokn list', 'tokn list -P iot'],
    ['tokn list --remote', 'tokn list --remote -P iot'],
    ['see the ids with: tokn list; or ask', 'see the ids with: tokn list -P iot; or ask'],
    ['tokn revoke 66a', 'tokn revoke 66a -P iot'],
    ['tokn provider scopes', 'tokn provider scopes -P iot'],
    ['tokn profile forget-credentials', 'tokn profile forget-credentials -P iot'],
    ['tokn exec -e NAME -- COMMAND', 'tokn exec -e NAME -P iot -- COMMAND'],
    ['X="$(tokn token)"', 'X="$(tokn token -P iot)"'],
    ['tokn login and tokn list', 'tokn login -P iot and tokn list -P iot'],
    // What names one already, or all, or reads none.
    ['tokn list iot', 'tokn list iot'],
    ['tokn login NAME --provider PROVIDER', 'tokn login NAME --provider PROVIDER'],
    ['tokn revoke 66a --profile other', 'tokn revoke 66a --profile other'],
    ['tokn logout --all --yes', 'tokn logout --all --yes'],
    ['tokn profile list', 'tokn profile list'],
    ['tokn store verify', 'tokn store verify'],
    ['tokn doctor --fix', 'tokn doctor --fix'],
    ['tokn list --help', 'tokn list --help'],
    // What is no command.
    ['tokn --help', 'tokn --help'],
    ['tokn does not know', 'tokn does not know'],
    ['my.tokn list', 'my.tokn list'],
  ])('%s', (text, completed) => {
    expect(complete([], text, 'iot')).toBe(completed)
    expect(complete([], completed, 'iot')).toBe(completed)
  })

  test('none, or several, are not put in', () => {
    expect(complete([], 'tokn list')).toBe('tokn list')
    expect(complete([], 'tokn list', 'a', 'b')).toBe('tokn list')
    expect(complete([], 'tokn list', 'a', 'a')).toBe('tokn list -P a')
  })
})

describe('a hint with another folder or store', () => {
  const typed = ['token', '--config-dir', "/a b/it's", '--store=file']
  const directory = `--config-dir "/a b/it's"`

  test.each([
    ['tokn login web', `tokn login web --store file ${directory}`],
    ['tokn doctor --fix', `tokn doctor --fix ${directory}`],
    ['tokn profile list', `tokn profile list ${directory}`],
    ['tokn provider add my.json, then look', `tokn provider add my.json ${directory}, then look`],
    ['tokn list --local', `tokn list --local ${directory}`],
    ['tokn login web --store pass', `tokn login web --store pass ${directory}`],
    [
      'tokn logout web && tokn profile remove web',
      `tokn logout web --store file ${directory} && tokn profile remove web ${directory}`,
    ],
    ['tokn provider scopes web', `tokn provider scopes web --store file ${directory}`],
    ['tokn help environment', 'tokn help environment'],
    ['one line\ntokn doctor\nanother', `one line\ntokn doctor ${directory}\nanother`],
    [
      `tokn login web --scope "GET /a b"`,
      `tokn login web --scope "GET /a b" --store file ${directory}`,
    ],
    [`tokn list --config-dir /x`, `tokn list --config-dir /x --store file`],
  ])('%s', (text, completed) => {
    expect(complete(typed, text)).toBe(completed)
    expect(complete(typed, completed)).toBe(completed)
  })

  test('an empty folder is none', () => {
    expect(complete(['--config-dir='], 'tokn doctor')).toBe('tokn doctor')
  })

  test('odd texts stay what they are', () => {
    for (const text of ['tokn ', 'tokn', 'tokn  list', "tokn '", 'tokn "a', 'tokn \\', 'tokn ;;']) {
      expect(complete(typed, text, 'iot')).toBe(text)
    }
  })
})

/** The commands that take a flag, as they are typed behind `tokn`. */
function takersOf(flag: string): readonly string[] {
  return leavesOf(openTree())
    .filter(({ options }) => options.some(({ long }) => long === flag))
    .map((command) => pathOf(command).trim())
    .toSorted()
}

function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf)
}

test('the commands that take --store and --profile are those of the tree', () => {
  // That of `status` has no value: it shows the store itself.
  const readers = takersOf('--store').filter((command) => command !== 'status')
  expect([...storeReaders].toSorted()).toEqual(readers)
  // An agent's is the profile that it serves, and not that of a command.
  const takers = takersOf('--profile').filter((command) => command !== 'agent run')
  expect([...profileReaders].toSorted()).toEqual(takers)
})
