import {
  asksNobody,
  judgesNothing,
  never,
  row,
  startsNothing,
  unlocksNothing,
  waitsForNothing,
  type Rows,
} from './row.ts'
import { full, session } from './scene.ts'

export const status: Readonly<Record<string, Rows>> = {
  status: {
    shown: [
      row(0, 'status', 'nothing is there'),
      row(1, 'status --json', 'standard output is full', [session('hosterby'), full], {
        noHint: true,
      }),
      row(2, 'status --format {nonsense}', 'no such placeholder', [], { once: true }),
      row(3, 'status nobody', 'no such profile'),
    ],
    never: [
      asksNobody,
      unlocksNothing,
      judgesNothing,
      never('it takes no lock', 9),
      never('what is wrong with a profile is its answer', 12),
      startsNothing,
      waitsForNothing,
    ],
  },
}
