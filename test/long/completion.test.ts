import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCompletingShell, type CompletingShell } from '../support/completing-shell.ts'
import { makeHome, type Home } from '../support/home.ts'
import { requirePart } from '../support/parts.ts'
import { run } from '../support/run.ts'
import { hasTerminal } from '../support/terminal.ts'

/** Scopes of an API that would like to be run, or to be taken for others. */
const scopes = [
  'read:all',
  'read:a b',
  'a$(touch OWNED)',
  'b`touch OWNED`',
  `c"q'uote`,
  'd\\back',
  'e;touch OWNED',
  'f!bang',
  'g*?[x]',
  'h~x',
  'm#c',
  'o{a,b}',
  'p%s',
  'q=r',
  'é ü',
]

/** Those that are shown to nobody. */
const unprintable = ['j\tab', 'k\u001b[31m', 'l\nnl', '\u202eevil', 'n\u0000']

let home: Home

beforeAll(async () => {
  home = makeHome()
  mkdirSync(join(home.config, 'providers'), { recursive: true, mode: 0o700 })
  const profile = (id: string, provider: string) => ({ id: id.padEnd(16, '0'), provider })
  const profiles = {
    own1: profile('a', 'own'),
    'a.b-c_d': profile('b', 'oz'),
    web: profile('c', 'rightech'),
  }
  const config = { version: 1, default: 'own1', profiles }
  writeFileSync(join(home.config, 'config.json'), JSON.stringify(config), { mode: 0o600 })
  const own = {
    title: 'a: "b" $(touch OWNED)\n\u001b[2J',
    scopes: { known: [...scopes, ...unprintable] },
  }
  const definition = join(home.config, 'providers', 'own.json')
  writeFileSync(definition, JSON.stringify(own), { mode: 0o600 })
  const index = join(home.path, 'state', 'tokn', 'index')
  mkdirSync(index, { recursive: true, mode: 0o700 })
  const entry = { generation: 1, obtainedAt: 1, expiry: { state: 'never' } }
  const token = { tokenId: 'id "1" $(touch OWNED)', tokenName: "it's `mine`: x" }
  writeFileSync(join(index, `${profiles.own1.id}.json`), JSON.stringify({ ...entry, ...token }))
  writeFileSync(join(home.work, 'a b.pem'), '')
  writeFileSync(join(home.work, 'c$(touch OWNED).pem'), '')
  mkdirSync(join(home.work, 'dir x'))
  const tool = join(home.path, 'bin', 'zebra-tool')
  writeFileSync(tool, '#!/bin/sh\n')
  chmodSync(tool, 0o755)
})

afterAll(() => {
  expect(readdirSync(home.work).filter((name) => name.startsWith('OWNED'))).toEqual([])
  home.remove()
})

/** A line as it is typed, and what one press of Tab makes of it; `|` ends it where a blank does. */
type Cases = Readonly<Record<string, string>>

const common: Cases = {
  'tokn doct': 'tokn doctor |',
  'tokn profile ren': 'tokn profile rename |',
  'tokn ls --rem': 'tokn ls --remote |',
  'tokn token --ref': 'tokn token --refresh |',
  'tokn token --refresh ne': 'tokn token --refresh never |',
  'tokn token --store=fi': 'tokn token --store=file |',
  'tokn token -o do': 'tokn token -o dotenv |',
  'tokn check -o do': 'tokn check -o do|',
  'tokn login --flow pa': 'tokn login --flow password |',
  'tokn env --shell pw': 'tokn env --shell pwsh |',
  'tokn token a.': 'tokn token a.b-c_d |',
  'tokn token -P a.': 'tokn token -P a.b-c_d |',
  'tokn token --profile=a.': 'tokn token --profile=a.b-c_d |',
  'tokn token -P web a.': 'tokn token -P web a.|',
  'tokn exec -e V:a.': 'tokn exec -e V:a.b-c_d |',
  'tokn exec --env=V:a.': 'tokn exec --env=V:a.b-c_d |',
  'tokn list --fields name,last': 'tokn list --fields name,last_used_at |',
  'tokn list --fields=name,last': 'tokn list --fields=name,last_used_at |',
  'tokn login new -p hos': 'tokn login new -p hosterby |',
  'tokn provider show ow': 'tokn provider show own |',
  'tokn provider remove o': 'tokn provider remove own |',
  'tokn help exi': 'tokn help exit-codes |',
  'tokn help profile bi': 'tokn help profile bind |',
  'tokn completion fi': 'tokn completion fish |',
  'tokn sandbox oz ho': 'tokn sandbox oz hosterby |',
  'tokn refresher run --store re': 'tokn refresher run --store redis |',
  'tokn store mig': 'tokn store migrate |',
  'tokn store push --to et': 'tokn store push --to etcd |',
  'tokn store pull --from=po': 'tokn store pull --from=postgres |',
  'tokn store rekey --fin': 'tokn store rekey --finish |',
  'tokn store verify --accept a.': 'tokn store verify --accept a.b-c_d |',
  'tokn status --sto': 'tokn status --store |',
  'tokn profile set a.b-c_d off': 'tokn profile set a.b-c_d offline |',
  'tokn doct<tab> --fix': 'tokn doctor --fix|',
  'tokn nosuch pro': 'tokn nosuch pro|',
  'tokn token --nosuch pro': 'tokn token --nosuch pro|',
  'FOO=1 tokn doct': 'FOO=1 tokn doctor |',
  'true; tokn doct': 'true; tokn doctor |',
}

/** What is typed of the value at `index`: its first letter, and in one of the other ways. */
function waysToBegin(value: string, index: number): readonly string[] {
  const [first = ''] = value
  const most = value.slice(0, -1)
  // Every shell takes this for what it says.
  const whole = most.includes("'") || most.includes('\\') ? `'${first}` : `'${most}`
  if (value.startsWith('read:')) return [whole]
  return [first, [`'${first}`, `"${first}`, whole][index % 3] ?? '']
}

const hostile = scopes.flatMap((scope, index) =>
  waysToBegin(scope, index).map((begun) => [`tokn issue own1 --scope ${begun}`, scope] as const),
)

/** Words that a shell evaluates, by what is typed; they follow those that are typed in full. */
const evaluated: ReadonlyArray<readonly [typed: string, last: string]> = [
  ...hostile,
  ['tokn issue own1 --scope=f', '--scope=f!bang'],
  ['tokn issue own1 --scope read:al', 'read:all'],
  ['tokn issue own1 --scope read:a\\ ', 'read:a b'],
  ['tokn issue own1 --scope="read:a ', '--scope=read:a b'],
  ['tokn issue --scope q', 'q=r'],
  ['tokn login new -p own --scope q', 'q=r'],
  ['tokn issue own1 --scope e --scope m', 'm#c'],
  ['tokn revoke id', 'id "1" $(touch OWNED)'],
  ['tokn revoke -P own1 it', "it's `mine`: x"],
  ['tokn token --ca a', 'a b.pem'],
  ['tokn token --ca=a', '--ca=a b.pem'],
  ['tokn provider add c', 'c$(touch OWNED).pem'],
  ['tokn provider test c', 'c$(touch OWNED).pem'],
  ['tokn token --config-dir d', 'dir x/'],
  ['tokn token --config-dir=d', '--config-dir=dir x/'],
  ['tokn exec web -- zebra-t', 'zebra-tool'],
  ['tokn exec web -e V -- zebra-tool alph', 'alphabet'],
  ['tokn curl web -- alph', 'alphabet'],
]

interface Kind {
  readonly there: boolean
  /** What is the same as in another one is not tried again. */
  readonly few?: true
  readonly setup: (script: string) => readonly string[]
}

/** A completion of another program, for what stands behind `--`. */
const zebra = ['_zebra() { COMPREPLY=(alphabet); }', 'complete -F _zebra zebra-tool curl']
const debian = '/usr/share/bash-completion/bash_completion'
const packaged = requirePart('bash-completion', existsSync(debian))

const kinds: Readonly<Record<string, Kind & { readonly shell: 'bash' | 'zsh' | 'fish' }>> = {
  bash: {
    shell: 'bash',
    there: requirePart('bash'),
    // What is sourced twice says nothing.
    setup: (script) => [`. '${script}'; . '${script}'`, ...zebra],
  },
  'bash with bash-completion': {
    shell: 'bash',
    few: true,
    there: packaged && requirePart('bash'),
    setup: (script) => [`. ${debian}; . '${script}'`, 'shopt -s failglob nullglob', ...zebra],
  },
  'zsh, sourced': {
    shell: 'zsh',
    there: requirePart('zsh'),
    setup: (script) => [
      'autoload -Uz compinit; compinit -u -D',
      `. '${script}'; . '${script}'`,
      '_zebra() { compadd alphabet }; compdef _zebra zebra-tool curl',
    ],
  },
  'zsh, found in fpath': {
    shell: 'zsh',
    few: true,
    there: requirePart('zsh'),
    setup: (script) => [
      `mkdir -p '${script}.d'; cp '${script}' '${script}.d/_tokn'; fpath=('${script}.d' $fpath)`,
      'setopt no_unset sh_word_split csh_null_glob',
      'autoload -Uz compinit; compinit -u -D',
      '_zebra() { compadd alphabet }; compdef _zebra zebra-tool curl',
    ],
  },
  fish: {
    shell: 'fish',
    there: requirePart('fish'),
    setup: (script) => [
      `source '${script}'; source '${script}'`,
      'complete -c zebra-tool -f -a alphabet; complete -c curl -f -a alphabet',
    ],
  },
}

describe.each(Object.entries(kinds))('%s', (name, { shell: kind, there, few, setup }) => {
  const every = few === true ? 9 : 1
  const isMeant = (_: unknown, index: number) => index % every === 0
  describe.skipIf(!there || !hasTerminal())('completes', () => {
    let shell: CompletingShell

    beforeAll(async () => {
      const { status, out } = await run(['completion', kind], { home })
      expect(status).toBe(0)
      const script = join(home.path, `${name.replaceAll(/\W+/g, '-')}.${kind}`)
      writeFileSync(script, out)
      shell = await openCompletingShell(kind, home, setup(script))
    })
    afterAll(() => shell.close())

    test.each(Object.entries(common).filter(isMeant))('%s', async (typed, made) => {
      const { line, shown } = await shell.complete(typed)
      // zsh adds a blank before a blank, too.
      expect({ line: `${line}|`.replace('  --', ' --'), shown }).toMatchObject({ line: made })
      expect(shown).not.toMatch(/error|not found/)
    })

    test.each(evaluated.toReversed().filter(isMeant))('%s: %s', async (typed, last) => {
      const { line, words, shown } = await shell.evaluate(typed)
      expect({ line, shown, last: words.at(-1) }).toMatchObject({ last })
      const before = typed.split(' ').slice(0, 2)
      expect(words.slice(0, 2)).toEqual(before)
    })

    // A list of fish is gone with the next key.
    const lists = kind === 'fish' ? [] : [['tokn provider show o', 'own', /oauth/] as const]
    test.each(lists)('nothing that drives the terminal is shown', async (typed, key, known) => {
      expect(await shell.list(typed, key)).toMatch(known)
      const listed = await shell.list('tokn issue own1 --scope ', 'd\\')
      expect(listed).not.toMatch(/evil|\[31m|tab\b|nl\b/)
    })
  })
})
