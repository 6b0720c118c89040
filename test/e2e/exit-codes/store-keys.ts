import { elsewhere, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { variable } from './scene.ts'

const asksNoProvider = never('it asks no provider', 4, 5, 6, 11)
const namesNothing = never('it names nothing that could be missing', 3)
const always = [asksNoProvider, namesNothing, judgesNothing, oneThing, startsNothing]
const real = 'test/long/store-keys.test.ts'

const stores = 'test/long/store-commands.test.ts'
const moves = [asksNoProvider, judgesNothing, oneThing, startsNothing]

const nowhere = [
  variable('TOKN_STORE', ''),
  variable('TOKN_STORE_URL', 'redis://127.0.0.1:9'),
  variable('TOKN_STORE_KEY', Buffer.alloc(32, 7).toString('base64')),
]
const noKey = [...nowhere, variable('TOKN_STORE_KEY', 'no key')]

/** The commands about the keys of a store that many machines share. */
export const storeKeys: Readonly<Record<string, Rows>> = {
  'store rekey': {
    shown: [
      row(2, 'store rekey', 'no store in force is shared'),
      row(2, 'store rekey --finish --cancel', 'it is to do both'),
      row(7, 'store rekey', 'the store is not there', nowhere),
      row(8, 'store rekey', 'the key is none', noKey),
    ],
    never: [
      ...always,
      elsewhere(real, 0, 1, 130),
      elsewhere('test/unit/stores/shared/rekey.test.ts', 9),
    ],
  },
  'store list': {
    shown: [
      row(0, 'store list', 'one of them can be used'),
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
      row(2, 'store push --to file', 'no profile is named'),
      row(2, 'store push nosuch', 'no store is named'),
      row(3, 'store push nosuch --to file', 'there is no such profile'),
      row(7, 'store push --all --to redis', 'the store is not there', nowhere),
    ],
    never: [...moves, elsewhere(stores, 0, 1, 8, 9, 130)],
  },
  'store pull': {
    shown: [
      row(2, 'store pull web --from file', 'it is a store of this machine'),
      row(7, 'store pull web --from redis', 'the store is not there', nowhere),
    ],
    never: [...moves, elsewhere(stores, 0, 1, 3, 8, 9, 130)],
  },
  'store migrate': {
    shown: [
      row(2, 'store migrate --from file --to file', 'both are one store'),
      row(7, 'store migrate --from redis --to file', 'the store is not there', nowhere),
    ],
    never: [...moves, elsewhere(stores, 0, 1, 3, 8, 9, 130)],
  },
  'store verify': {
    shown: [
      row(0, 'store verify --store file', 'there is nothing to look at'),
      row(2, 'store verify --store nosuch', 'there is no such store'),
      row(7, 'store verify', 'the store is not there', nowhere),
    ],
    never: [...[asksNoProvider, oneThing, startsNothing], elsewhere(stores, 1, 3, 8, 9, 10, 130)],
  },
  'store reader-key': {
    shown: [
      row(2, 'store reader-key', 'no store in force is shared'),
      row(7, 'store reader-key', 'the store is not there', nowhere),
      row(8, 'store reader-key', 'the key is none', noKey),
    ],
    never: [
      ...always,
      never('it takes no lock', 9),
      never('it asks nothing, and waits for nobody', 130),
      elsewhere(real, 0, 1),
    ],
  },
}
