import { elsewhere, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { variable } from './scene.ts'

const asksNoProvider = never('it asks no provider', 4, 5, 6, 11)
const namesNothing = never('it names nothing that could be missing', 3)
const always = [asksNoProvider, namesNothing, judgesNothing, oneThing, startsNothing]
const real = 'test/long/store-keys.test.ts'

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
