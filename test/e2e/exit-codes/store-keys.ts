import { elsewhere, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { full, interruptedSoon, session, variable } from './scene.ts'
import { asReader, moved, sealedOtherwise, shared } from './shared-scene.ts'

const asksNoProvider = never('it asks no provider', 4, 5, 6, 11)
const namesNothing = never('it names nothing that could be missing', 3)
const always = [asksNoProvider, namesNothing, judgesNothing, oneThing, startsNothing]
const real = 'test/long/store-keys.test.ts'

export const nowhere = [
  variable('TOKN_STORE', ''),
  variable('TOKN_STORE_URL', 'redis://127.0.0.1:9'),
  variable('TOKN_STORE_KEY', Buffer.alloc(32, 7).toString('base64')),
]
const there = [session('hosterby'), shared, moved('hosterby')]
const noKey = [shared, variable('TOKN_STORE_KEY', 'no key')]

/** The commands about a store that many machines share: its keys, and who refreshes there. */
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
      elsewhere('test/unit/stores/shared/rekey.long.test.ts', 9),
    ],
  },
  'store reader-key': {
    shown: [
      row(0, 'store reader-key', '', [shared]),
      row(1, 'store reader-key', 'standard output is full', [shared, full], { noHint: true }),
      row(2, 'store reader-key', 'no store in force is shared'),
      row(7, 'store reader-key', 'the store is not there', nowhere),
      row(8, 'store reader-key', 'the key is none', noKey),
    ],
    never: [
      ...always,
      never('it takes no lock', 9),
      never('it asks nothing, and waits for nobody', 130),
    ],
  },
  'refresher run': {
    shown: [
      row(0, 'refresher run', 'Ctrl-C', [shared, interruptedSoon]),
      row(1, 'refresher run --json', 'standard output is full', [shared, full], { noHint: true }),
      row(2, 'refresher run', 'the store in force is not shared'),
      row(2, 'refresher run --ahead soon', 'no duration'),
      row(5, 'refresher run', 'the key is that of a reader', [shared, asReader]),
      row(8, 'refresher run', 'the key is another', [...there, sealedOtherwise]),
    ],
    never: [
      namesNothing,
      never('what fails of a session is told, and it goes on', 4, 6, 11),
      never('where another refreshes, it stands by', 9),
      never('a store that is not there is waited for', 7),
      judgesNothing,
      oneThing,
      startsNothing,
      never('Ctrl-C is how it is told to end: 0', 130),
    ],
  },
}
