import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { busy, loggedOut, person, session, spoiled, variable } from './scene.ts'

const web = session('hosterby')
const line = 'profile forget-credentials hosterby'

/** The commands that erase one thing of a session. */
export const forgetting: Readonly<Record<string, Rows>> = {
  'profile forget-credentials': {
    shown: [
      row(0, line, '', [session('hosterby', '--remember')], { apart: true }),
      row(0, line, 'none were kept', [web]),
      row(2, `${line} --nonsense`, 'no such flag', [web]),
      row(3, 'profile forget-credentials nobody', 'no such profile'),
      row(4, line, 'it is not logged in', [web, loggedOut('hosterby')]),
      row(8, line, 'its session cannot be read', [web, spoiled]),
      row(9, line, 'another process refreshes', [web, busy('hosterby', '/token')]),
      row(
        130,
        line,
        'Ctrl-C at the passphrase',
        [web, variable('TOKN_STORE_KEY', ''), person(/assphrase/, '\u0003')],
        { once: true },
      ),
    ],
    never: [
      never('it puts nothing on standard output', 1),
      never('it asks no provider', 5, 6, 7, 11),
      judgesNothing,
      oneThing,
      startsNothing,
    ],
  },
}
