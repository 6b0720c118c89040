import { asksNobody, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { unlocksNothing, waitsForNothing } from './row.ts'
import { file, full, session } from './scene.ts'

const damaged = file('../config/tokn/config.json', '{')

/** The command that says what to take away. */
export const uninstall: Readonly<Record<string, Rows>> = {
  uninstall: {
    shown: [
      row(0, 'uninstall --list', '', [session('hosterby')]),
      row(0, 'uninstall --list', 'the configuration is damaged', [damaged]),
      row(1, 'uninstall --list', 'standard output is full', [full], { noHint: true }),
      row(2, 'uninstall', 'it removes nothing'),
    ],
    never: [
      never('it names nothing that could be missing', 3),
      never('it takes no lock', 9),
      asksNobody,
      unlocksNothing,
      judgesNothing,
      oneThing,
      startsNothing,
      waitsForNothing,
    ],
  },
}
