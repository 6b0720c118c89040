import { elsewhere, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { full } from './scene.ts'

const token = 'the rows of tokn token, whose way to a good token is the same'

/** git, and the programs that ask as docker does. */
export const credentialGitDocker: Readonly<Record<string, Rows>> = {
  'credential git': {
    shown: [
      row(0, 'credential git get', 'nothing is asked'),
      row(0, 'credential git capability'),
      row(0, 'credential git unheard-of', 'an operation of a later git'),
      row(1, 'credential git capability', 'standard output is full', [full], { noHint: true }),
      row(2, 'credential git', 'no operation'),
      row(2, 'credential git get -P web', 'a flag behind its words'),
    ],
    never: [elsewhere(token, 3, 4, 5, 6, 7, 8, 9, 10, 11, 130), oneThing, startsNothing],
  },
  'credential docker': {
    shown: [
      row(0, 'credential docker version'),
      row(0, 'credential docker list', 'no profile'),
      row(1, 'credential docker version', 'standard output is full', [full], { noHint: true }),
      row(2, 'credential docker get -P web', 'a flag behind its words'),
    ],
    never: [
      never('whoever asks knows one way to fail', 3, 4, 5, 6, 7, 8, 9, 10, 11),
      elsewhere(token, 130),
      oneThing,
      startsNothing,
    ],
  },
}
