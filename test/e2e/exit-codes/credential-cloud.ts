import { elsewhere, oneThing, row, startsNothing, type Never, type Rows } from './row.ts'
import { full, loggedOut, session, variable } from './scene.ts'

/** As for every tool: what keeps a token from being good keeps it from being given. */
const further: readonly Never[] = [
  elsewhere(
    'the rows of tokn token, whose way to a good token is the same',
    6,
    7,
    8,
    9,
    10,
    11,
    130,
  ),
  oneThing,
  startsNothing,
]

const version = '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v0"}'
const foreign =
  '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",' +
  '"spec":{"cluster":{"server":"https://k8s.example"}}}'

/** The tools of clouds and clusters. */
export const credentialCloud: Readonly<Record<string, Rows>> = {
  'credential kubectl': {
    shown: [
      row(0, 'credential kubectl', '', [session('rightech')]),
      row(1, 'credential kubectl', 'standard output is full', [session('rightech'), full], {
        noHint: true,
      }),
      row(2, 'credential kubectl get', 'words that kubectl never gives'),
      row(2, 'credential kubectl', 'nonsense is asked', [variable('KUBERNETES_EXEC_INFO', '{')]),
      row(3, 'credential kubectl', 'no profile'),
      row(3, 'credential kubectl', 'another cluster', [variable('KUBERNETES_EXEC_INFO', foreign)]),
      row(4, 'credential kubectl', 'no session', [session('rightech'), loggedOut('rightech')]),
      row(5, 'credential kubectl', 'a version that is not known', [
        variable('KUBERNETES_EXEC_INFO', version),
      ]),
      row(5, 'credential kubectl', 'the token travels otherwise', [session('oz')], {
        noHint: true,
      }),
    ],
    never: further,
  },
  'credential aws': {
    shown: [
      row(2, 'credential aws get', 'words that AWS never gives'),
      row(3, 'credential aws', 'no profile'),
      row(4, 'credential aws', 'no session', [session('rightech'), loggedOut('rightech')]),
      row(5, 'credential aws', 'a session without keys', [session('rightech')]),
    ],
    never: [elsewhere('test/long/credential-aws.test.ts', 0, 1), ...further],
  },
  'credential terraform': {
    shown: [
      row(0, 'credential terraform get registry.example', 'a host of nobody'),
      row(1, 'credential terraform get registry.example', 'standard output is full', [full], {
        noHint: true,
      }),
      row(2, 'credential terraform', 'no verb'),
      row(2, 'credential terraform show registry.example', 'no such verb'),
      row(3, 'credential terraform -P nobody get registry.example', 'no such profile'),
      row(4, 'credential terraform -P rightech get $HOST', 'no session', [
        session('rightech'),
        loggedOut('rightech'),
        (scene) => (scene.env['HOST'] = new URL(scene.api('rightech').baseUrl).host),
      ]),
      row(5, 'credential terraform store registry.example', 'it keeps no token of others'),
    ],
    never: further,
  },
}
