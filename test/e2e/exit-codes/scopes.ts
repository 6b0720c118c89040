import { denied, down, nonsense } from './faults.ts'
import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { anotherKey, busy, fault, full, interrupted, loggedOut, session } from './scene.ts'

const named = session('rightech')
const listing = '--override scopes.list=/methods'
const listed = session('rightech', listing)
const brief = session('rightech', listing, 'rightech', { ttlMs: 45_000 })

/** The command that lists scopes. */
export const scopes: Readonly<Record<string, Rows>> = {
  'provider scopes': {
    shown: [
      row(0, 'provider scopes rightech', '', [listed]),
      row(0, 'provider scopes rightech', 'the definition alone has some', [named]),
      row(1, 'provider scopes rightech', 'standard output is full', [named, full], {
        noHint: true,
      }),
      row(2, 'provider scopes rightech --nonsense', 'no such flag'),
      row(3, 'provider scopes nobody', 'no such profile'),
      row(4, 'provider scopes rightech', 'logged out', [listed, loggedOut('rightech')]),
      row(4, 'provider scopes rightech', 'the token is refused', [
        listed,
        fault('rightech', denied),
      ]),
      row(5, 'provider scopes hosterby', 'the API has no scopes', [session('hosterby')], {
        noHint: true,
      }),
      row(6, 'provider scopes rightech', 'the answer makes no sense', [
        listed,
        fault('rightech', nonsense),
      ]),
      row(7, 'provider scopes rightech', 'the server is down', [listed, fault('rightech', down)]),
      row(8, 'provider scopes rightech', 'the key of the store is another', [listed, anotherKey]),
      row(9, 'provider scopes rightech', 'another process refreshes what has little life left', [
        brief,
        busy('rightech', '/api/v1/tokens'),
      ]),
      row(
        130,
        'provider scopes rightech',
        'Ctrl-C while the server is silent',
        [listed, interrupted('rightech')],
        { notOurs: true },
      ),
    ],
    never: [
      judgesNothing,
      never('no built-in API with a budget has scopes', 11),
      oneThing,
      startsNothing,
    ],
  },
}
