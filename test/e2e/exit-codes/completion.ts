import { asksNobody, judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { unlocksNothing, waitsForNothing } from './row.ts'
import { file, full } from './scene.ts'

const damaged = file('../config/tokn/config.json', '{')

/** What makes a shell complete lines. */
export const completion: Readonly<Record<string, Rows>> = {
  completion: {
    shown: [
      row(0, 'completion zsh', ''),
      row(0, 'completion powershell', 'the configuration is damaged', [damaged]),
      row(1, 'completion bash', 'standard output is full', [full], { noHint: true }),
      row(2, 'completion', 'no shell is named'),
      row(2, 'completion ksh', 'there is none for that shell'),
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
