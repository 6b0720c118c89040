import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { startEngine } from '../../support/engines.ts'
import { run, start } from '../../support/run.ts'
import type { Given, Scene } from './scene.ts'

/** A store for many machines, which the variables of the command name; the key is that of the home. */
export const shared: Given = async (scene) => {
  const server = await startEngine('redis')
  scene.ends.push(() => server.close())
  Object.assign(scene.env, { TOKN_STORE: '', TOKN_STORE_URL: server.url })
}

/** The session of a profile of this machine is there. */
export function moved(name: string): Given {
  return async (scene) => {
    await must(scene, ['store', 'push', name, '--to', 'redis'])
  }
}

/** All there is in it was sealed with another key than the one of the command. */
export const sealedOtherwise: Given = (scene) => {
  scene.env['TOKN_STORE_KEY'] = randomBytes(32).toString('base64url')
}

/** The key of the command hands tokens out, and does nothing else. */
export const asReader: Given = async (scene) => {
  scene.env['TOKN_STORE_KEY'] = (await must(scene, ['store', 'reader-key'])).trim()
}

/** Another process refreshes the session there, and gets no answer. */
export const busyThere: Given = async (scene) => {
  const { home } = scene
  const api = scene.api('hosterby')
  api.control.replaceFaults([{ do: 'hang', path: '/token', times: 1 }])
  const seen = api.log.length
  const env = { ...scene.env, TOKN_TIMEOUT: '25s' }
  const other = start(['refresh', 'hosterby'], { home, env })
  scene.ends.push(() => other.child.kill('SIGKILL'))
  while (api.log.length === seen) await delay(10)
  scene.env['TOKN_TIMEOUT'] = '3s'
}

/** Ctrl-C while it waits for that one. */
export const interruptedWaiting: Given = (scene) => {
  scene.env['TOKN_TIMEOUT'] = '25s'
  scene.meanwhile = async ({ interrupt }) => {
    await delay(1_000)
    interrupt()
  }
}

async function must(scene: Scene, words: readonly string[]): Promise<string> {
  const ended = await run(words, { home: scene.home, env: scene.env })
  if (ended.status !== 0) throw new Error(`${words.join(' ')}: ${ended.err}`)
  return ended.out
}
