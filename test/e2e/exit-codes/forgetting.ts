import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { run } from '../../support/run.ts'
import { addressOf, credentialsOf } from '../../support/servers.ts'
import { busy, loggedOut, person, served, session, spoiled, variable, type Given } from './scene.ts'

const web = session('hosterby')
const line = 'profile forget-credentials hosterby'

/** Its session is in a store that a passphrase opens. */
const sealed: Given = async (scene) => {
  await served('hosterby')(scene)
  const api = scene.api('hosterby')
  const env = { ...credentialsOf(api), TOKN_STORE_KEY: '', TOKN_PASSPHRASE: 'of the store' }
  const { home } = scene
  const { status, err } = await run(['login', 'hosterby', ...addressOf(api)], { home, env })
  if (status !== 0) throw new Error(err)
}

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
        [sealed, variable('TOKN_STORE_KEY', ''), person(/Passphrase/, '\u0003')],
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
