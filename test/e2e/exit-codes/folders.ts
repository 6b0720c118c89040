import {
  asksNobody,
  judgesNothing,
  never,
  oneThing,
  row,
  startsNothing,
  unlocksNothing,
  waitsForNothing,
  type Rows,
} from './row.ts'
import {
  anotherKey,
  busy,
  fault,
  file,
  full,
  interrupted,
  person,
  session,
  variable,
} from './scene.ts'
import { down, ended, forbidden, nonsense, spent } from './faults.ts'

const web = session('hosterby')
const bash = variable('SHELL', '/bin/bash')
const bound = file('.tokn', 'hosterby\n')
const wrong = file('.tokn', 'hosterby\nother\n')
const readsOnly = never('it takes no lock', 9)
const inMoments = [asksNobody, unlocksNothing, readsOnly, judgesNothing, oneThing, startsNothing]
const forced = 'env hosterby --refresh force'

/** The commands about folders, and about the shell that is in one. */
export const folders: Readonly<Record<string, Rows>> = {
  which: {
    shown: [
      row(0, 'which', '', [web, bound]),
      row(1, 'which', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'which --nonsense', 'no such flag'),
      row(2, 'which', 'the file of the folder is wrong', [wrong]),
      row(3, 'which', 'there is no profile'),
      row(3, 'which', 'the file of the folder names one that is not there', [bound]),
      row(3, 'which nobody', 'no such profile'),
    ],
    never: [...inMoments, waitsForNothing],
  },
  env: {
    shown: [
      row(0, 'env hosterby', '', [web, bash]),
      row(0, 'env --shell fish --unset'),
      row(1, 'env hosterby', 'standard output is full', [web, bash, full], { noHint: true }),
      row(2, 'env hosterby', 'nothing says which shell it is'),
      row(2, 'env hosterby --shell tcsh', 'no shell that is known'),
      row(3, 'env nobody --shell sh', 'no such profile'),
      row(4, forced, 'the session has ended', [web, bash, fault('hosterby', ended)]),
      row(5, forced, 'the refresh is forbidden', [web, bash, fault('hosterby', forbidden)], {
        noHint: true,
      }),
      row(6, forced, 'the answer makes no sense', [web, bash, fault('hosterby', nonsense)]),
      row(7, forced, 'the server is down', [web, bash, fault('hosterby', down)]),
      row(8, 'env hosterby', 'the key of the store is another', [web, bash, anotherKey]),
      row(9, forced, 'another process refreshes', [web, bash, busy('hosterby', '/token')]),
      row(10, 'env hosterby --min-ttl 2h', 'no token lives that long', [web, bash]),
      row(11, 'env mcs --refresh force', 'the 26th access token', [
        session('mcs'),
        bash,
        fault('mcs', spent),
      ]),
      row(130, forced, 'Ctrl-C while the server is silent', [web, bash, interrupted('hosterby')], {
        notOurs: true,
      }),
    ],
    never: [oneThing, startsNothing],
  },
  'profile bind': {
    shown: [
      row(0, 'profile bind hosterby', '', [web]),
      row(0, 'profile bind', 'it is bound already', [web, bound]),
      row(1, 'profile bind hosterby --json', 'standard output is full', [web, full], {
        noHint: true,
        once: true,
      }),
      row(2, 'profile bind hosterby', 'the file names another', [web, file('.tokn', 'other\n')]),
      row(2, 'profile bind hosterby', 'the file is wrong', [web, wrong]),
      row(3, 'profile bind nobody', 'no such profile'),
      row(
        130,
        'profile bind hosterby',
        'no, says the person',
        [web, file('.tokn', 'other\n'), person(/instead\?/, 'n\r')],
        { once: true, noHint: true },
      ),
    ],
    never: inMoments,
  },
  'profile unbind': {
    shown: [
      row(0, 'profile unbind', '', [bound], { once: true }),
      row(1, 'profile unbind --json', 'standard output is full', [bound, full], {
        noHint: true,
        once: true,
      }),
      row(2, 'profile unbind', 'the file is wrong', [wrong]),
      row(3, 'profile unbind', 'it is not bound'),
    ],
    never: [...inMoments, waitsForNothing],
  },
}
