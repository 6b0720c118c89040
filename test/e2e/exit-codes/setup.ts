import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { busy, file, full, loggedOut, session, spoiled, variable, type Given } from './scene.ts'

const web = session('rightech')
const host = '--host https://further.example'

let turn: Promise<void> = Promise.resolve()

/**
 * A client that never answers. One at a time: setups of one user exclude each other whatever their
 * home, so the next one would spend its time waiting for the one that hangs.
 */
const hanging = (client: string): Given => {
  const script = file(`../bin/${client}`, '#!/bin/sh\nexec sleep 60\n', 0o755)
  return async (scene) => {
    const before = turn
    turn = new Promise((resolve) => scene.ends.push(resolve))
    await before
    script(scene)
    scene.env['TOKN_TIMEOUT'] = '2s'
  }
}

const always = [
  never('it asks no provider', 6),
  never('it spends nothing that is counted', 11),
  never('the passphrase of a store is all that it may ask for', 130),
  judgesNothing,
  oneThing,
  startsNothing,
] as const

const addsHosts = (client: string) => [
  row(0, `setup ${client} rightech ${host}`, '', [web]),
  row(4, `setup ${client} rightech ${host}`, 'there is no session', [web, loggedOut('rightech')]),
  row(8, `setup ${client} rightech ${host}`, 'the store cannot be read', [web, spoiled], {
    noHint: true,
  }),
  row(
    9,
    `setup ${client} rightech ${host}`,
    'another process refreshes the session',
    [session('rightech', '--remember'), busy('rightech', '/api/v1/tokens')],
    { noHint: true },
  ),
]

const shared = (client: string) => [
  row(0, `setup ${client} --undo`, 'nothing was set up'),
  row(1, `setup ${client} rightech`, 'standard output is full', [web, full], { noHint: true }),
  row(3, `setup ${client} nobody`, 'there is no such profile'),
  row(5, `setup ${client} oz`, 'its token does not travel in a way that it can send', [
    session('oz'),
  ]),
]

/** Writing the configurations of other programs. */
export const setup: Readonly<Record<string, Rows>> = {
  'setup git': {
    shown: [
      ...shared('git'),
      ...addsHosts('git'),
      row(
        2,
        `setup git rightech`,
        'its file is no configuration',
        [web, file('../home/.gitconfig', '[')],
        {
          noHint: true,
        },
      ),
      row(5, 'setup git rightech', 'git is not installed', [web, variable('PATH', '/nowhere')]),
      row(7, 'setup git rightech', 'git hangs', [web, hanging('git')], { noHint: true }),
    ],
    never: always,
  },
  'setup docker': {
    shown: [
      ...shared('docker'),
      ...addsHosts('docker'),
      row(2, 'setup docker rightech', 'its file is broken', [
        web,
        file('../home/.docker/config.json', '{'),
      ]),
    ],
    never: [...always, never('it runs no other program', 7)],
  },
  'setup kubectl': {
    shown: [
      ...shared('kubectl'),
      row(2, 'setup kubectl --host https://further.example/path', 'what is no host'),
      row(5, 'setup kubectl rightech', 'kubectl is not installed', [
        web,
        variable('PATH', '/nowhere'),
      ]),
      row(7, 'setup kubectl rightech', 'kubectl hangs', [web, hanging('kubectl')], {
        noHint: true,
      }),
    ],
    never: [...always, never('it opens no store, and waits for no session', 4, 8, 9)],
  },
  'setup keyring': {
    shown: [
      ...shared('keyring'),
      ...addsHosts('keyring'),
      row(2, 'setup keyring --host further.example', 'that is no origin'),
    ],
    never: [...always, never('it runs no other program', 7)],
  },
}
