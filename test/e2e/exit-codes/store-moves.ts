import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { anotherKey, busy, full, person, session, variable } from './scene.ts'
import { busyThere, interruptedWaiting, moved, sealedOtherwise, shared } from './shared-scene.ts'
import { nowhere } from './store-keys.ts'

const asksNoProvider = never('it asks no provider', 4, 5, 6, 11)
const moves = [asksNoProvider, judgesNothing, oneThing, startsNothing]
const web = session('hosterby')
const here = [web, shared]
const there = [...here, moved('hosterby')]
const patient = variable('TOKN_TIMEOUT', '3s')
const refreshing = [...here, busy('hosterby', '/token'), patient]

/** The commands about what stores have: they look at it, or move it. */
export const storeMoves: Readonly<Record<string, Rows>> = {
  'store list': {
    shown: [
      row(0, 'store list', 'one of them can be used'),
      row(1, 'store list', 'standard output is full', [full], { noHint: true }),
      row(2, 'store list --store nosuch', 'there is no such store'),
    ],
    never: [
      ...moves,
      never('what cannot be used is told in the table', 3, 7, 8, 9),
      never('it asks nothing', 130),
    ],
  },
  'store push': {
    shown: [
      row(0, 'store push hosterby --to redis', '', here),
      row(1, 'store push hosterby --to redis --json', 'standard output is full', [...here, full], {
        noHint: true,
      }),
      row(2, 'store push --to file', 'no profile is named'),
      row(2, 'store push nosuch', 'no store is named'),
      row(3, 'store push nosuch --to file', 'there is no such profile'),
      row(7, 'store push hosterby --to redis', 'the store is not there', [web, ...nowhere]),
      row(8, 'store push hosterby --to redis', 'its key is another', [...here, sealedOtherwise]),
      row(9, 'store push hosterby --to redis', 'another process refreshes', refreshing),
      row(
        130,
        'store push hosterby --to redis',
        'Ctrl-C while it waits',
        [...refreshing, interruptedWaiting],
        { notOurs: true },
      ),
    ],
    never: moves,
  },
  'store pull': {
    shown: [
      row(0, 'store pull hosterby --from redis --to file', '', there),
      row(1, 'store pull --all --from redis --json', 'standard output is full', [...there, full], {
        noHint: true,
      }),
      row(2, 'store pull web --from file', 'it is a store of this machine'),
      row(3, 'store pull nosuch --from redis', 'there is no such profile', there),
      row(7, 'store pull web --from redis', 'the store is not there', nowhere),
      row(8, 'store pull --all --from redis', 'its key is another', [...there, sealedOtherwise]),
      row(9, 'store pull hosterby --from redis --to file', 'another process refreshes', [
        ...there,
        busyThere,
      ]),
      row(
        130,
        'store pull hosterby --from redis --to file',
        'Ctrl-C while it waits',
        [...there, busyThere, interruptedWaiting],
        { notOurs: true },
      ),
    ],
    never: moves,
  },
  'store migrate': {
    shown: [
      row(0, 'store migrate --from file --to redis', '', here),
      row(
        1,
        'store migrate --from file --to redis --json',
        'standard output is full',
        [...here, full],
        { noHint: true },
      ),
      row(2, 'store migrate --from file --to file', 'both are one store'),
      row(7, 'store migrate --from redis --to file', 'the store is not there', nowhere),
      row(8, 'store migrate --from file --to redis', 'its key is another', [
        ...here,
        sealedOtherwise,
      ]),
      row(9, 'store migrate --from file --to redis', 'another process refreshes', refreshing),
      row(
        130,
        'store migrate --from redis --to file',
        'Ctrl-C while it waits',
        [...there, busyThere, interruptedWaiting],
        { notOurs: true },
      ),
    ],
    never: [...moves, never('it names no profile', 3)],
  },
  'store verify': {
    shown: [
      row(0, 'store verify --store file', 'there is nothing to look at'),
      row(1, 'store verify', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'store verify --store nosuch', 'there is no such store'),
      row(3, 'store verify --accept nosuch --yes', 'there is no such profile', there),
      row(7, 'store verify', 'the store is not there', nowhere),
      row(8, 'store verify', 'its key is another', [...there, sealedOtherwise]),
      row(10, 'store verify', 'a session does not open', [web, anotherKey], { answers: true }),
      row(
        130,
        'store verify --accept hosterby',
        'Ctrl-C at the question',
        [...there, person(/hosterby/, '\u0003')],
        { once: true },
      ),
    ],
    never: [
      ...[asksNoProvider, oneThing, startsNothing],
      never('a session in use is looked at all the same', 9),
    ],
  },
}
