import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from '../../catalogue/world.ts'
import type { Environment } from '../../support/home.ts'
import { readCiFile } from '../../support/yaml.ts'
import { loginOf } from '../ci-job.ts'

/** An instruction of a Dockerfile, with the lines that go on joined. */
export interface Instruction {
  readonly name: string
  readonly text: string
}

export function instructionsOf(text: string): readonly Instruction[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? []
      return { name, text: rest }
    })
}

/** What a RUN line runs, and its mounts. */
export function runOf({ text }: Instruction) {
  const mounts = [...text.matchAll(/--mount=(\S+) +/g)].map(([, mount = '']) => mount)
  return { mounts, script: text.replaceAll(/--mount=\S+ +/g, '') }
}

export const dockerfile = instructionsOf(readCiFile('docker/Dockerfile'))
export const listOf = (name: string) =>
  JSON.parse(dockerfile.find((one) => one.name === name)?.text ?? '[]') as readonly string[]
export const entrypoint = listOf('ENTRYPOINT')

/** A user without a name can go where the programs are. */
export function open({ home }: Pick<World, 'home'>): void {
  for (const path of [home.path, join(home.path, 'bin')]) chmodSync(path, 0o755)
}

export function addProgram({ home }: Pick<World, 'home'>, name: string, script: string): void {
  writeFileSync(join(home.path, 'bin', name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(home.path, 'bin', name), 0o755)
}

/** What the image and a login take, with each credential in a file. */
export function variablesOf({ api }: Pick<World, 'api'>, folder: string) {
  const { TOKN_PROVIDER, TOKN_BASE_URL, TOKN_API_URL, ...login } = loginOf(api)
  const path = (name: string) => `${folder}/${name.slice('TOKN_'.length).toLowerCase()}`
  const files = Object.keys(login).map((name) => [`${name}_FILE`, path(name)])
  return {
    env: {
      TOKN_PROVIDER,
      TOKN_BASE_URL,
      TOKN_API_URL,
      ...Object.fromEntries(files),
    } as Environment,
    secrets: Object.fromEntries(
      Object.entries(login).map(([name, value]) => [path(name), value ?? '']),
    ),
  }
}
