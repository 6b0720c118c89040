import { down, nonsense, plainDefinition, spent } from './faults.ts'
import {
  asksNobody,
  elsewhere,
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
  added,
  busy,
  credentials,
  fault,
  file,
  full,
  interrupted,
  interruptedSoon,
  loggedOut,
  ownSession,
  person,
  served,
  session,
  spoiled,
  writing,
} from './scene.ts'

const web = session('hosterby')
const damaged = file('../config/tokn/config.json', '{')
const plainFile = file('plain.json', plainDefinition)
const wide = file(
  'wide.json',
  JSON.stringify({ ...JSON.parse(plainDefinition), apiOrigins: ['https://elsewhere.example'] }),
)

const namesNothing = never('it names nothing that could be missing', 3)
const printsNothing = never('it puts nothing on standard output', 1)
const readsOnly = never('it takes no lock', 9)
const ofFiles = [asksNobody, unlocksNothing, judgesNothing, oneThing, startsNothing]
const inPlainFiles = [readsOnly, ...ofFiles]
const writes = [waitsForNothing, ...ofFiles]
const inMoments = [...inPlainFiles, waitsForNothing]

/** The commands that work on files and on the program itself. */
export const others: Readonly<Record<string, Rows>> = {
  'profile list': {
    shown: [
      row(0, 'profile list'),
      row(1, 'profile list', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'profile list --nonsense', 'no such flag'),
      row(2, 'profile list', 'the configuration is damaged', [damaged]),
    ],
    never: [namesNothing, ...inMoments],
  },
  'profile show': {
    shown: [
      row(0, 'profile show hosterby', '', [web]),
      row(1, 'profile show hosterby', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'profile show hosterby --nonsense', 'no such flag'),
      row(3, 'profile show nobody', 'no such profile'),
    ],
    never: inMoments,
  },
  'profile use': {
    shown: [
      row(0, 'profile use hosterby', '', [web]),
      row(2, 'profile use', 'none is named'),
      row(3, 'profile use nobody', 'no such profile'),
      row(9, 'profile use hosterby', 'another process writes the profiles', [web, writing]),
    ],
    never: [printsNothing, ...writes],
  },
  'profile set': {
    shown: [
      row(0, 'profile set hosterby offline 10m', '', [web]),
      row(2, 'profile set hosterby offline soon', 'no duration', [web]),
      row(2, 'profile set', 'none is named'),
      row(3, 'profile set nobody offline 10m', 'no such profile'),
      row(9, 'profile set hosterby offline 10m', 'another process writes the profiles', [
        ...[web, writing],
      ]),
    ],
    never: [printsNothing, ...writes],
  },
  'profile rename': {
    shown: [
      row(0, 'profile rename hosterby web', '', [web], { once: true }),
      row(
        2,
        'profile rename hosterby other',
        'there is one of that name',
        [web, session('hosterby', '', 'other')],
        { noHint: true },
      ),
      row(3, 'profile rename nobody other', 'no such profile'),
      row(9, 'profile rename hosterby web', 'another process writes the profiles', [web, writing]),
    ],
    never: [printsNothing, ...writes],
  },
  'profile remove': {
    shown: [
      row(0, 'profile remove hosterby', '', [web, loggedOut('hosterby')], { once: true }),
      row(2, 'profile remove hosterby', 'it is logged in', [web]),
      row(3, 'profile remove nobody', 'no such profile'),
      row(8, 'profile remove hosterby', 'its session cannot be erased', [web, spoiled], {
        noHint: true,
      }),
      row(9, 'profile remove hosterby', 'another process refreshes', [
        web,
        busy('hosterby', '/token'),
      ]),
    ],
    never: [printsNothing, asksNobody, judgesNothing, oneThing, startsNothing, waitsForNothing],
  },
  'provider list': {
    shown: [
      row(0, 'provider list'),
      row(1, 'provider list', 'standard output is full', [full], { noHint: true }),
      row(2, 'provider list --nonsense', 'no such flag'),
    ],
    never: [namesNothing, ...inMoments],
  },
  'provider show': {
    shown: [
      row(0, 'provider show oz'),
      row(1, 'provider show oz', 'standard output is full', [full], { noHint: true }),
      row(2, 'provider show', 'none is named'),
      row(3, 'provider show nowhere', 'no such provider'),
    ],
    never: inMoments,
  },
  'provider add': {
    shown: [
      row(0, 'provider add plain.json', '', [plainFile]),
      row(1, 'provider add plain.json --json', 'standard output is full', [plainFile, full], {
        noHint: true,
        once: true,
      }),
      row(2, 'provider add wrong.json', 'no definition', [file('wrong.json', '{}')]),
      row(2, 'provider add missing.json', 'no such file', [], { noHint: true }),
      row(
        130,
        'provider add wide.json',
        'no, says the person',
        [wide, person(/Is that right/, 'n\r')],
        { once: true },
      ),
    ],
    never: [
      never('a file that is missing is a word of the command line that is wrong: 2', 3),
      ...inPlainFiles,
    ],
  },
  'provider remove': {
    shown: [
      row(0, 'provider remove plain', '', [plainFile, added('plain.json')], { once: true }),
      row(2, 'provider remove plain', 'a profile uses it', [
        ownSession('plain', plainDefinition, 'rightech'),
      ]),
      row(3, 'provider remove nowhere', 'no such provider'),
    ],
    never: [printsNothing, ...inMoments],
  },
  'provider schema': {
    shown: [
      row(0, 'provider schema'),
      row(1, 'provider schema', 'standard output is full', [full], { noHint: true }),
      row(2, 'provider schema --nonsense', 'no such flag'),
    ],
    never: [namesNothing, ...inMoments],
  },
  'provider test': {
    shown: [
      row(0, 'provider test hosterby --base-url $API', '', [
        served('hosterby'),
        credentials('hosterby'),
      ]),
      row(
        1,
        'provider test hosterby --base-url $API',
        'standard output is full',
        [served('hosterby'), credentials('hosterby'), full],
        { noHint: true },
      ),
      row(2, 'provider test oz', 'no address'),
      row(3, 'provider test nowhere', 'no such provider'),
      row(4, 'provider test hosterby --base-url $API', 'nobody to ask', [served('hosterby')]),
      row(
        10,
        'provider test hosterby --base-url $API',
        'the server is down',
        [served('hosterby'), credentials('hosterby'), fault('hosterby', down)],
        { answers: true },
      ),
      row(
        10,
        'provider test mcs --base-url $API',
        'the 26th refresh token',
        [served('mcs'), credentials('mcs'), fault('mcs', spent)],
        { answers: true },
      ),
      row(
        10,
        'provider test hosterby --base-url $API',
        'the answers do not fit',
        [served('hosterby'), credentials('hosterby'), fault('hosterby', nonsense)],
        { answers: true },
      ),
      row(
        130,
        'provider test hosterby --base-url $API',
        'Ctrl-C while the server is silent',
        [served('hosterby'), credentials('hosterby'), interrupted('hosterby')],
        { notOurs: true },
      ),
    ],
    never: [
      never('whatever the provider does wrong is a check that failed: 10', 5, 6, 7, 11),
      unlocksNothing,
      readsOnly,
      oneThing,
      startsNothing,
    ],
  },
  'provider new': {
    shown: [
      row(2, 'provider new shop.json', 'nobody to ask'),
      row(130, 'provider new shop.json', 'Ctrl-C at a question', [person(/Short name/, '\u0003')], {
        once: true,
        noHint: true,
      }),
    ],
    never: [
      elsewhere('test/e2e/interactive.test.ts, where every question is answered', 0),
      printsNothing,
      namesNothing,
      ...inPlainFiles,
    ],
  },
  why: {
    shown: [
      row(0, 'why hosterby', '', [web]),
      row(1, 'why hosterby', 'standard output is full', [web, full], { noHint: true }),
      row(2, 'why --nonsense', 'no such flag'),
      row(3, 'why nobody', 'no such profile'),
    ],
    never: inMoments,
  },
  doctor: {
    shown: [
      row(0, 'doctor --offline'),
      row(1, 'doctor --offline', 'standard output is full', [full], { noHint: true }),
      row(2, 'doctor --nonsense', 'no such flag'),
      row(10, 'doctor --offline', 'the configuration is damaged', [damaged], { answers: true }),
      row(130, 'doctor', 'Ctrl-C while the server is silent', [web, interrupted('hosterby')], {
        notOurs: true,
      }),
    ],
    never: [
      namesNothing,
      never('what it finds is told as a check, and one that failed is 10', 4, 5, 6, 7, 8, 9, 11),
      oneThing,
      startsNothing,
    ],
  },
  sandbox: {
    shown: [
      row(0, 'sandbox oz', 'Ctrl-C, as it says', [interruptedSoon]),
      row(1, 'sandbox oz', 'standard output is full', [full], { noHint: true }),
      row(2, 'sandbox nowhere', 'no such API'),
      row(2, 'sandbox oz --fault {}', 'no such fault'),
    ],
    never: [never('Ctrl-C is how it is told to end: 0', 130), namesNothing, ...inPlainFiles],
  },
  demo: {
    shown: [
      row(0, 'demo', '', [], { once: true }),
      row(1, 'demo', 'standard output is full', [full], { noHint: true, once: true }),
      row(2, 'demo --nonsense', 'no such flag'),
      row(130, 'demo', 'Ctrl-C', [interruptedSoon], { answers: true, noHint: true, once: true }),
    ],
    never: [
      namesNothing,
      never('a step of it that fails is a bug: 1', 4, 5, 6, 7, 8, 9, 11),
      judgesNothing,
      oneThing,
      startsNothing,
    ],
  },
  help: {
    shown: [
      row(0, 'help'),
      row(0, 'help exit-codes'),
      row(1, 'help exit-codes', 'standard output is full', [full], { noHint: true, once: true }),
      row(2, 'help nonsense', 'no such topic', [], { once: true }),
    ],
    never: [
      never('a topic that is missing is a word of the command line that is wrong: 2', 3),
      ...inMoments,
    ],
  },
}
