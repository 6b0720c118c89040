import { elsewhere, never, oneThing, row, startsNothing, type Never, type Rows } from './row.ts'
import { full, loggedOut, session } from './scene.ts'

const token = 'the rows of tokn token, whose way to a good token is the same'

const further: readonly Never[] = [
  elsewhere(token, 6, 7, 8, 9, 10, 11, 130),
  oneThing,
  startsNothing,
]

/** The tools that build things, and those that fetch packages. */
export const credentialBuild: Readonly<Record<string, Rows>> = {
  'credential cargo': {
    shown: [
      row(0, 'credential cargo --cargo-plugin', 'nothing is asked'),
      row(1, 'credential cargo --cargo-plugin', 'standard output is full', [full], {
        noHint: true,
      }),
      row(2, 'credential cargo', 'it is not run by cargo'),
    ],
    never: [
      never(
        'cargo is told in an answer, and told nothing but success',
        3,
        4,
        5,
        6,
        7,
        8,
        9,
        10,
        11,
      ),
      elsewhere(token, 130),
      oneThing,
      startsNothing,
    ],
  },
  'credential bazel': {
    shown: [row(2, 'credential bazel get', 'nothing is asked', [], { noHint: true })],
    never: [
      elsewhere('test/unit/commands/credential/bazel.test.ts', 0, 3, 4, 5),
      elsewhere(token, 1),
      ...further,
    ],
  },
  'credential go': {
    shown: [
      row(0, 'credential go', 'there is no https that it could be given for', [
        session('rightech'),
      ]),
      row(2, 'credential go https://a.example https://b.example', 'two URLs', [], { noHint: true }),
      row(3, 'credential go', 'no profile'),
      row(4, 'credential go', 'no session', [session('rightech'), loggedOut('rightech')]),
    ],
    never: [
      elsewhere('test/unit/commands/credential/go.test.ts', 5),
      elsewhere(token, 1),
      ...further,
    ],
  },
  'credential pnpm': {
    shown: [
      row(0, 'credential pnpm', '', [session('rightech')]),
      row(1, 'credential pnpm', 'standard output is full', [session('rightech'), full], {
        noHint: true,
      }),
      row(2, 'credential pnpm https://a.example https://b.example', 'two URLs', [], {
        noHint: true,
      }),
      row(3, 'credential pnpm', 'no profile'),
      row(3, 'credential pnpm https://a.example', 'another registry', [session('rightech')]),
      row(4, 'credential pnpm', 'no session', [session('rightech'), loggedOut('rightech')]),
      row(5, 'credential pnpm', 'the token travels otherwise', [session('oz')], { noHint: true }),
    ],
    never: further,
  },
  'credential keyring': {
    shown: [
      row(0, 'credential keyring get $API me', '', [session('rightech')]),
      row(1, 'credential keyring set $API me', 'it keeps no passwords', [session('rightech')], {
        noHint: true,
      }),
      row(1, 'credential keyring get $API me', 'the token travels otherwise', [session('oz')], {
        noHint: true,
      }),
      row(2, 'credential keyring get -P web', 'a flag behind its words'),
    ],
    never: [
      never('whoever asks keyring knows one way to fail', 3, 4, 5, 6, 7, 8, 9, 10, 11),
      elsewhere(token, 130),
      oneThing,
      startsNothing,
    ],
  },
}
