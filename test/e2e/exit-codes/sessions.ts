import type { SandboxName } from '../../../src/sandbox/server.ts'
import { denied, down, ended, forbidden, nonsense, plainDefinition, spent } from './faults.ts'
import {
  judgesNothing,
  never,
  oneThing,
  row,
  startsNothing,
  type As,
  type Rows,
  type Shown,
} from './row.ts'
import {
  anotherKey,
  busy,
  credentials,
  fault,
  file,
  full,
  interrupted,
  loggedOut,
  ownSession,
  pasted,
  person,
  served,
  session,
  variable,
} from './scene.ts'

const web = session('hosterby')
const plain = ownSession('plain', plainDefinition, 'rightech')

/** What every command that reads a session has in common. */
function common(line: string, name = 'hosterby', as: As = {}): readonly Shown[] {
  return [
    row(2, `${line} --nonsense`, 'no such flag'),
    row(3, line.replace(name, 'nobody'), 'no such profile'),
    row(8, line, 'the key of the store is another', [session(name as SandboxName), anotherKey], as),
  ]
}

/** What every command has in common that gets a good token first. */
function fresh(line: string, code: (code: Shown['code']) => Shown['code'] = (same) => same) {
  const forced = line.replace('hosterby', 'hosterby --refresh force')
  const shown: readonly Shown[] = [
    row(code(4), forced, 'the session has ended', [web, fault('hosterby', ended)]),
    row(code(5), forced, 'the refresh is forbidden', [web, fault('hosterby', forbidden)], {
      noHint: true,
    }),
    row(code(6), forced, 'the answer makes no sense', [web, fault('hosterby', nonsense)]),
    row(code(7), forced, 'the server is down', [web, fault('hosterby', down)]),
    row(code(9), forced, 'another process refreshes', [web, busy('hosterby', '/token')]),
    row(code(10), line.replace('hosterby', 'hosterby --min-ttl 2h'), 'no token lives that long', [
      web,
    ]),
  ]
  return shown
}

const quota = (line: string, as?: As): Shown =>
  row(11, line, 'the 26th access token', [session('mcs'), fault('mcs', spent)], as)

const hung = (line: string): Shown =>
  row(130, line, 'Ctrl-C while the server is silent', [web, interrupted('hosterby')], {
    notOurs: true,
  })

export const sessions: Readonly<Record<string, Rows>> = {
  login: {
    shown: [
      row(0, 'login web $ADDRESS', '', [served('hosterby'), credentials('hosterby')]),
      row(
        1,
        'login web $ADDRESS --json',
        'standard output is full',
        [served('hosterby'), credentials('hosterby'), full],
        { noHint: true },
      ),
      row(2, 'login web --provider hosterby --nonsense', 'no such flag'),
      row(3, 'login web --provider nowhere', 'no such provider'),
      row(4, 'login web $ADDRESS', 'another secret', [
        served('hosterby'),
        credentials('hosterby', { TOKN_SECRET_KEY: 'another' }),
      ]),
      row(4, 'login web $ADDRESS', 'nobody to ask', [served('hosterby')]),
      row(
        5,
        'login web $ADDRESS',
        'forbidden',
        [served('hosterby'), credentials('hosterby'), fault('hosterby', forbidden)],
        { noHint: true },
      ),
      row(6, 'login web $ADDRESS', 'the answer makes no sense', [
        served('hosterby'),
        credentials('hosterby'),
        fault('hosterby', nonsense),
      ]),
      row(7, 'login web $ADDRESS', 'the server is down', [
        served('hosterby'),
        credentials('hosterby'),
        fault('hosterby', down),
      ]),
      row(
        7,
        'login web --provider hosterby --base-url http://127.0.0.1:1',
        'nothing listens',
        [served('hosterby'), credentials('hosterby')],
        { noHint: true },
      ),
      row(8, 'login web $ADDRESS', 'the key of the store is none', [
        served('hosterby'),
        credentials('hosterby'),
        variable('TOKN_STORE_KEY', 'too-short'),
      ]),
      row(9, 'login hosterby', 'another process refreshes', [
        web,
        credentials('hosterby'),
        busy('hosterby', '/token'),
      ]),
      row(11, 'login vis $ADDRESS', 'the 26th refresh token', [
        served('mcs'),
        credentials('mcs'),
        fault('mcs', spent),
      ]),
      row(
        130,
        'login web $ADDRESS',
        'Ctrl-C while the server is silent',
        [served('hosterby'), credentials('hosterby'), interrupted('hosterby')],
        { notOurs: true },
      ),
      row(
        130,
        'login web $ADDRESS',
        'Ctrl-C at a question',
        [served('hosterby'), person(/Access key/, '\u0003')],
        { once: true, noHint: true },
      ),
    ],
    never: [judgesNothing, oneThing, startsNothing],
  },
  token: {
    shown: [
      row(0, 'token hosterby', '', [web]),
      row(1, 'token hosterby', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'token hosterby -o env --var 1X', 'no name of a variable'),
      ...common('token hosterby'),
      ...fresh('token hosterby'),
      quota('token mcs --refresh force'),
      hung('token hosterby --refresh force'),
    ],
    never: [oneThing, startsNothing],
  },
  header: {
    shown: [
      row(0, 'header hosterby', '', [web]),
      row(1, 'header hosterby', 'standard output is full', [web, full], { noHint: true }),
      ...common('header hosterby'),
      row(2, 'header mcs', 'the token travels in the query', [session('mcs')], { once: true }),
      ...fresh('header hosterby'),
      quota('header mcs -o query --refresh force', { once: true }),
      hung('header hosterby --refresh force'),
    ],
    never: [oneThing, startsNothing],
  },
  curl: {
    shown: [
      row(0, 'curl hosterby -- -sS $RESOURCE', '', [web]),
      row(2, 'curl hosterby', 'nothing after --', [web]),
      row(2, 'curl hosterby -- https://elsewhere.example/', 'no address of the session', [web]),
      row(3, 'curl nobody -- -sS http://127.0.0.1:1', 'no such profile'),
      row(8, 'curl hosterby -- -sS $RESOURCE', 'the key of the store is another', [
        web,
        anotherKey,
      ]),
      ...fresh('curl hosterby -- -sS $RESOURCE'),
      quota('curl mcs --refresh force -- -sS $RESOURCE'),
      row(
        126,
        'curl hosterby -- -sS $RESOURCE',
        'curl cannot be executed',
        [web, file('bin/curl', ''), variable('PATH', 'bin')],
        { once: true, noHint: true },
      ),
      row(
        127,
        'curl hosterby -- -sS $RESOURCE',
        'there is no curl',
        [web, variable('PATH', 'bin')],
        {
          once: true,
          noHint: true,
        },
      ),
      row(
        '128+n',
        'curl hosterby -- -sS $RESOURCE',
        'curl is killed',
        [
          web,
          file('bin/curl', '#!/bin/sh\nkill -TERM $$\n', 0o755),
          variable('PATH', 'bin:/bin:/usr/bin'),
        ],
        { status: 143, notOurs: true },
      ),
      row(
        130,
        'curl hosterby -- -sS $RESOURCE',
        'Ctrl-C while the server is silent',
        [web, interrupted('hosterby')],
        { notOurs: true },
      ),
    ],
    never: [
      never('nothing of its own goes to standard output; 1 is a status of curl', 1),
      oneThing,
      never('a token that could not be had is the status of its reason', 111),
    ],
  },
  exec: {
    shown: [
      row(0, 'exec hosterby -- true', '', [web]),
      row(1, 'exec hosterby -- false', 'the program says so', [web], { notOurs: true }),
      row(2, 'exec hosterby', 'no program', [web]),
      row(2, 'exec hosterby --nonsense -- true', 'no such flag'),
      row(111, 'exec nobody -- true', 'no such profile'),
      row(111, 'exec hosterby -- true', 'the key of the store is another', [web, anotherKey]),
      ...fresh('exec hosterby -- true', () => 111),
      row(111, 'exec mcs --refresh force -- true', 'the 26th access token', [
        session('mcs'),
        fault('mcs', spent),
      ]),
      row(126, 'exec hosterby -- ./plain', 'it is not executable', [web, file('plain', '')], {
        noHint: true,
      }),
      row(127, 'exec hosterby -- ./missing', 'there is no such program', [web], { noHint: true }),
      row('128+n', `exec hosterby -- sh -c 'kill -TERM $$'`, 'a signal ends it', [web], {
        status: 143,
        notOurs: true,
      }),
      row(130, `exec hosterby -- sh -c 'kill -INT $$'`, 'Ctrl-C', [web], { notOurs: true }),
    ],
    never: [
      never('each is 111 here, so that it differs from what the program says', 3, 4, 5, 6, 7, 8, 9),
      never('each is 111 here, so that it differs from what the program says', 10, 11),
      oneThing,
    ],
  },
  check: {
    shown: [
      row(0, 'check hosterby', '', [web]),
      row(1, 'check hosterby', 'standard output is full', [web, full], { noHint: true }),
      ...common('check hosterby'),
      row(2, 'check hosterby --all', 'one and all', [web]),
      row(4, 'check hosterby', 'it is logged out', [web, loggedOut('hosterby')], { answers: true }),
      row(4, 'check --all', 'nothing is logged in'),
      row(5, 'check plain --online', 'the API has no way to ask', [plain]),
      row(5, 'check hosterby --online', 'forbidden', [web, fault('hosterby', forbidden)], {
        noHint: true,
      }),
      row(6, 'check hosterby --online', 'the answer makes no sense', [
        web,
        fault('hosterby', nonsense),
      ]),
      row(7, 'check hosterby --online', 'the server is down', [web, fault('hosterby', down)]),
      row(10, 'check hosterby --min-ttl 2h', 'it does not live that long', [web], {
        answers: true,
      }),
      row(10, 'check hosterby --online', 'the token is refused', [web, fault('hosterby', denied)], {
        answers: true,
      }),
      hung('check hosterby --online'),
    ],
    never: [
      never('it takes no lock', 9),
      never('it spends nothing', 11),
      never('the worst of several decides', 12),
      startsNothing,
    ],
  },
  refresh: {
    shown: [
      row(0, 'refresh hosterby', '', [web]),
      row(1, 'refresh hosterby --json', 'standard output is full', [web, full], { noHint: true }),
      ...common('refresh hosterby'),
      row(2, 'refresh hosterby --all', 'one and all', [web]),
      row(4, 'refresh hosterby', 'the session has ended', [web, fault('hosterby', ended)]),
      row(4, 'refresh mcs', 'a pasted token', [pasted('mcs')]),
      row(5, 'refresh plain', 'an API that has no refresh', [plain]),
      row(5, 'refresh hosterby', 'the refresh is forbidden', [web, fault('hosterby', forbidden)], {
        noHint: true,
      }),
      row(6, 'refresh hosterby', 'the answer makes no sense', [web, fault('hosterby', nonsense)]),
      row(7, 'refresh hosterby', 'the server is down', [web, fault('hosterby', down)]),
      row(9, 'refresh hosterby', 'another process refreshes', [web, busy('hosterby', '/token')]),
      quota('refresh mcs'),
      row(12, 'refresh --all', 'one of two fails', [web, session('oz'), fault('hosterby', down)], {
        answers: true,
        noHint: true,
      }),
      hung('refresh hosterby'),
    ],
    never: [judgesNothing, startsNothing],
  },
}
