import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { typedName } from '../../src/io/process/typed-name.ts'
import { makeHome, root, type Home } from '../support/home.ts'
import { startCommand } from '../support/run.ts'

let home: Home
beforeEach(() => {
  home = makeHome()
})
afterEach(() => home.remove())

/** A checkout of which nothing is built. */
function checkOut(): string {
  const folder = join(home.work, 'a checkout')
  mkdirSync(folder)
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true })
  return folder
}

async function runScript(path: string, ...args: readonly string[]) {
  return await startCommand([process.execPath, path, ...args], { home }).ended
}

describe('the program without a build', () => {
  test('says in one line what to run, and where', async () => {
    const folder = checkOut()
    expect(await runScript(join(folder, 'bin/tokn.js'), 'token', 'web')).toEqual({
      status: 1,
      out: '',
      err: `tokn: error: tokn is not built yet: npm run build, in ${folder}\n`,
    })
  })

  test('says the same through a link', async () => {
    const folder = checkOut()
    symlinkSync(join(folder, 'bin/tokn.js'), join(home.work, 'tokn'))
    const { status, err } = await runScript(join(home.work, 'tokn'))
    expect({ status, err }).toEqual({
      status: 1,
      err: `tokn: error: tokn is not built yet: npm run build, in ${folder}\n`,
    })
  })
})

describe('the program with a build', () => {
  test('runs through a link to it, and through a link to that', async () => {
    expect(existsSync(join(root, 'dist/chunks/entry.cjs'))).toBe(true)
    symlinkSync(join(root, 'bin/tokn.js'), join(home.work, 'first'))
    symlinkSync('first', join(home.work, 'second'))
    for (const link of ['first', 'second']) {
      const { status, out } = await runScript(join(home.work, link), '--version')
      expect({ status, out }).toEqual({
        status: 0,
        out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      })
    }
  })

  test('is typed by its name where the shell finds it, else by its path', () => {
    const own = join(root, 'bin/tokn.js')
    const bin = join(home.work, 'prefix/bin')
    mkdirSync(join(home.work, 'node_modules/.bin'), { recursive: true })
    mkdirSync(bin, { recursive: true })
    const typed = (path: readonly string[], folder: string) =>
      typedName(own, { PATH: path.join(delimiter) }, folder)
    expect(typed(['', bin], root)).toEqual(['node', 'bin/tokn.js'])
    expect(typed([bin], home.work)).toEqual(['node', own])
    symlinkSync(own, join(home.work, 'node_modules/.bin/tokn'))
    expect(typed([join(home.work, 'node_modules/.bin')], root)).toEqual(['node', 'bin/tokn.js'])
    symlinkSync(own, join(bin, 'tokn'))
    expect(typed([bin], home.work)).toEqual(['tokn'])
    // Another program of that name is found first.
    expect(typed([join(home.path, 'bin'), bin], root)).toEqual(['node', 'bin/tokn.js'])
  })
})
