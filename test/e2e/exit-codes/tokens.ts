import { denied, down, forbidden, nonsense } from './faults.ts'
import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import {
  anotherKey,
  busy,
  fault,
  full,
  interrupted,
  issued,
  loggedOut,
  person,
  session,
} from './scene.ts'

const iot = session('rightech')
const web = session('hosterby')
const late = 'another process refreshes what has little life left'
const brief = session('rightech', '', 'rightech', { ttlMs: 45_000 })
const briefWeb = session('hosterby', '', 'hosterby', { ttlMs: 45_000 })
const small = session('rightech', '--scope GET_/objects')
const noBudget = never('no built-in API with a budget can be asked that', 11)
const gone = 'the server is down'

/** The commands that speak with the provider about tokens. */
export const tokens: Readonly<Record<string, Rows>> = {
  list: {
    shown: [
      row(0, 'list rightech', '', [iot]),
      row(0, 'list --local', 'nothing is held'),
      row(1, 'list rightech', 'standard output is full', [iot, full], { noHint: true }),
      row(2, 'list rightech --nonsense', 'no such flag'),
      row(3, 'list nobody', 'no such profile'),
      row(4, 'list rightech --remote', 'the token is refused', [iot, fault('rightech', denied)]),
      row(5, 'list hosterby --remote', 'the API has no list', [web], { noHint: true }),
      row(5, 'list rightech --remote', 'the scopes do not allow it', [small], { noHint: true }),
      row(6, 'list rightech --remote', 'the answer makes no sense', [
        iot,
        fault('rightech', nonsense),
      ]),
      row(7, 'list rightech --remote', gone, [iot, fault('rightech', down)]),
      row(9, 'list rightech --remote', late, [brief, busy('rightech', '/api/v1/tokens')]),
      row(8, 'list rightech --remote', 'the key of the store is another', [iot, anotherKey]),
      row(
        130,
        'list rightech --remote',
        'Ctrl-C while the server is silent',
        [iot, interrupted('rightech')],
        { notOurs: true },
      ),
    ],
    never: [judgesNothing, noBudget, oneThing, startsNothing],
  },
  issue: {
    shown: [
      row(0, 'issue rightech --name ci', '', [iot]),
      row(1, 'issue rightech --name ci', 'standard output is full', [iot, full], { noHint: true }),
      row(2, 'issue rightech --expires-in soon', 'no duration', [iot]),
      row(2, 'issue rightech --expires-in 90s', 'nothing that the API can say', [iot], {
        noHint: true,
      }),
      row(3, 'issue nobody', 'no such profile'),
      row(4, 'issue rightech', 'the token is refused', [iot, fault('rightech', denied)]),
      row(5, 'issue hosterby', 'the API issues none', [web], { noHint: true }),
      row(5, 'issue rightech', 'the scopes do not allow it', [small], { noHint: true }),
      row(6, 'issue rightech', 'the answer makes no sense', [iot, fault('rightech', nonsense)]),
      row(7, 'issue rightech', gone, [iot, fault('rightech', down)]),
      row(9, 'issue rightech', late, [brief, busy('rightech', '/api/v1/tokens')]),
      row(8, 'issue rightech', 'the key of the store is another', [iot, anotherKey]),
      row(
        130,
        'issue rightech',
        'Ctrl-C while the server is silent',
        [iot, interrupted('rightech')],
        {
          notOurs: true,
        },
      ),
    ],
    never: [
      judgesNothing,
      never('no built-in API with a budget issues tokens', 11),
      oneThing,
      startsNothing,
    ],
  },
  revoke: {
    shown: [
      row(0, 'revoke ci -P rightech', '', [iot, issued('ci')], { once: true }),
      row(1, 'revoke ci -P rightech --json', 'standard output is full', [iot, issued('ci'), full], {
        noHint: true,
        once: true,
      }),
      row(2, 'revoke', 'nothing is named', [iot]),
      row(3, 'revoke missing -P rightech', 'no such token', [iot]),
      row(3, 'revoke ci -P nobody', 'no such profile'),
      row(4, 'revoke ci -P rightech', 'the token is refused', [
        iot,
        issued('ci'),
        fault('rightech', denied),
      ]),
      row(5, 'revoke ci -P hosterby', 'the API has no way to revoke a token', [web], {
        noHint: true,
      }),
      row(
        5,
        'revoke ci -P rightech',
        'the scopes do not allow it',
        [iot, issued('ci'), fault('rightech', { ...forbidden, method: 'DELETE' })],
        { noHint: true },
      ),
      row(6, 'revoke ci -P rightech', 'the answer makes no sense', [
        iot,
        issued('ci'),
        fault('rightech', nonsense),
      ]),
      row(7, 'revoke ci -P rightech', gone, [iot, issued('ci'), fault('rightech', down)]),
      row(9, 'revoke ci -P rightech', late, [brief, busy('rightech', '/api/v1/tokens')]),
      row(8, 'revoke ci -P rightech', 'the key of the store is another', [iot, anotherKey]),
      row(
        12,
        'revoke ci deploy -P rightech',
        'one of two fails',
        [
          iot,
          issued('ci'),
          issued('deploy'),
          fault('rightech', { ...down, method: 'DELETE', after: 1 }),
        ],
        { answers: true, apart: true, noHint: true },
      ),
      row(
        130,
        'revoke ci -P rightech',
        'Ctrl-C while the server is silent',
        [iot, interrupted('rightech')],
        { notOurs: true },
      ),
    ],
    never: [judgesNothing, noBudget, startsNothing],
  },
  info: {
    shown: [
      row(0, 'info hosterby', '', [web]),
      row(1, 'info hosterby', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'info hosterby --nonsense', 'no such flag'),
      row(3, 'info nobody', 'no such profile'),
      row(6, 'info hosterby', 'the answer makes no sense', [web, fault('hosterby', nonsense)]),
      row(7, 'info hosterby', gone, [web, fault('hosterby', down)]),
      row(9, 'info hosterby', late, [briefWeb, busy('hosterby', '/token/refresh')]),
      row(8, 'info hosterby', 'the key of the store is another', [web, anotherKey]),
      row(4, 'info hosterby', 'logged out', [web, loggedOut('hosterby')]),
      row(
        130,
        'info hosterby',
        'Ctrl-C while the server is silent',
        [web, interrupted('hosterby')],
        {
          notOurs: true,
        },
      ),
    ],
    never: [
      never('a question that is forbidden leaves what is known here, and that is told', 5),
      judgesNothing,
      noBudget,
      oneThing,
      startsNothing,
    ],
  },
  logout: {
    shown: [
      row(0, 'logout rightech', 'revoked', [iot], { once: true }),
      row(0, 'logout hosterby', 'the API has no way to end a session', [web], { once: true }),
      row(0, 'logout rightech --local-only', '', [iot, fault('rightech', down)], { once: true }),
      row(1, 'logout hosterby --json', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'logout --all', 'nobody to ask', [web, iot]),
      row(3, 'logout nobody', 'no such profile'),
      row(8, 'logout hosterby', 'the key of the store is another', [web, anotherKey]),
      row(9, 'logout hosterby', 'another process refreshes', [web, busy('hosterby', '/token')]),
      row(12, 'logout rightech', `${gone}: it may still be alive`, [iot, fault('rightech', down)], {
        answers: true,
        apart: true,
      }),
      row(
        12,
        'logout rightech',
        'the revocation is forbidden',
        [iot, fault('rightech', { ...forbidden, method: 'DELETE' })],
        { answers: true, apart: true, noHint: true },
      ),
      row(
        12,
        'logout --all --yes',
        'one of two is not revoked',
        [web, iot, fault('rightech', { ...down, method: 'DELETE' })],
        { answers: true, apart: true, noHint: true },
      ),
      row(
        130,
        'logout rightech',
        'Ctrl-C while the server is silent',
        [iot, interrupted('rightech')],
        {
          notOurs: true,
        },
      ),
      row(130, 'logout --all', 'no, says the person', [web, iot, person(/log out of 2/, 'n\r')], {
        once: true,
      }),
    ],
    never: [
      never(
        'what the provider answers to a revocation is 12, and the session is erased',
        4,
        5,
        6,
        7,
      ),
      judgesNothing,
      noBudget,
      startsNothing,
    ],
  },
}
