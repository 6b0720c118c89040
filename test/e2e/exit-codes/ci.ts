import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SandboxName } from '../../../src/sandbox/server.ts'
import { run } from '../../support/run.ts'
import { credentialsOf } from '../../support/servers.ts'
import { down, forbidden, nonsense, spent } from './faults.ts'
import { judgesNothing, never, oneThing, row, startsNothing, type Rows } from './row.ts'
import { fault, full, interrupted, served, variable, type Given } from './scene.ts'

/** A job with all that a login takes, whose session would end by itself a moment later. */
function job(name: SandboxName): Given {
  return async (scene) => {
    await served(name)(scene)
    const { baseUrl } = scene.api(name)
    const runtime = join(scene.home.path, 'run')
    mkdirSync(runtime, { mode: 0o700, recursive: true })
    Object.assign(scene.env, credentialsOf(scene.api(name)), {
      TOKN_PROVIDER: name,
      TOKN_BASE_URL: baseUrl,
      XDG_RUNTIME_DIR: runtime,
    })
  }
}

/** It has a session; `signal` is what its process gets then. */
function begun(name: SandboxName, signal?: NodeJS.Signals): Given {
  return async (scene) => {
    const { home, env } = scene
    await job(name)(scene)
    const { out, err } = await run(['ci', 'start', '--json', '--max', '1m'], { home, env })
    if (out === '') throw new Error(err)
    const { socket, pid } = JSON.parse(out) as { readonly socket: string; readonly pid: number }
    env['TOKN_AGENT_SOCK'] = socket
    scene.ends.push(() => kill(pid, 'SIGKILL'))
    if (signal === undefined) return
    kill(pid, signal)
    await delay(200)
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

const soon = 'ci start --max 1s'
const nowhere: Given = (scene) => {
  const long = join(scene.home.path, 'x'.repeat(100))
  mkdirSync(long, { mode: 0o700 })
  Object.assign(scene.env, { XDG_RUNTIME_DIR: long, TMPDIR: long })
}

/** The session of a CI job. */
export const ci: Readonly<Record<string, Rows>> = {
  'ci start': {
    shown: [
      row(0, soon, '', [job('hosterby')]),
      row(1, soon, 'standard output is full', [job('hosterby'), full], { noHint: true }),
      row(2, 'ci start', 'no provider'),
      row(2, 'ci start --pid 0', 'no such process', [job('hosterby')]),
      row(2, soon, 'a token is given', [job('hosterby'), variable('TOKN_TOKEN', 'x')]),
      row(3, 'ci start --provider nowhere', 'no such provider'),
      row(4, soon, 'another secret', [job('hosterby'), variable('TOKN_SECRET_KEY', 'another')]),
      row(5, soon, 'forbidden', [job('hosterby'), fault('hosterby', forbidden)], { noHint: true }),
      row(6, soon, 'the answer makes no sense', [job('hosterby'), fault('hosterby', nonsense)]),
      row(7, soon, 'the server is down', [job('hosterby'), fault('hosterby', down)]),
      row(8, soon, 'no place for a socket', [job('hosterby'), nowhere]),
      row(11, soon, 'the logins are spent', [job('mcs'), fault('mcs', spent)]),
      row(130, soon, 'Ctrl-C', [job('hosterby'), interrupted('hosterby')], { notOurs: true }),
    ],
    never: [never('it takes no lock', 9), judgesNothing, oneThing, startsNothing],
  },
  'ci end': {
    shown: [
      row(0, 'ci end', 'no session'),
      row(0, 'ci end', '', [begun('rightech')]),
      row(1, 'ci end --json', 'standard output is full', [full], { noHint: true }),
      row(2, 'ci end --nonsense', 'no such flag'),
      row(9, 'ci end', 'its process is stopped', [begun('rightech', 'SIGSTOP')]),
      row(12, 'ci end', 'its process was killed', [begun('rightech', 'SIGKILL')], { apart: true }),
      row(12, 'ci end', 'the server is down', [begun('rightech'), fault('rightech', down)], {
        answers: true,
        apart: true,
      }),
      row(130, 'ci end', 'Ctrl-C', [begun('rightech'), interrupted('rightech')], { notOurs: true }),
    ],
    never: [
      never('it names nothing that could be missing', 3),
      never('what the provider says is in its answer', 4, 5, 6, 7, 11),
      never('it opens no store', 8),
      judgesNothing,
      startsNothing,
    ],
  },
}
