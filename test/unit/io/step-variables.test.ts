import { chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  appendStepVariable,
  checkStepVariables,
  readStepVariable,
} from '../../../src/io/files/step-variables.ts'
import { makeHome, type Home } from '../../support/home.ts'
import { requirePart } from '../../support/parts.ts'
import { startCommand } from '../../support/run.ts'

let home: Home
let path: string
beforeEach(() => {
  home = makeHome()
  path = join(home.work, 'github_env')
})
afterEach(() => home.remove())

const set = () => appendStepVariable(path, 'TOKN_AGENT_SOCK', '/run/a b.sock')

test.each([
  ['', 'TOKN_AGENT_SOCK=/run/a b.sock\n'],
  ['A=1\n', 'A=1\nTOKN_AGENT_SOCK=/run/a b.sock\n'],
  ['A=1', 'A=1\nTOKN_AGENT_SOCK=/run/a b.sock\n'],
  ['B<<END\none\ntwo\nEND', 'B<<END\none\ntwo\nEND\nTOKN_AGENT_SOCK=/run/a b.sock\n'],
])('a variable stands on a line of its own: %j', (before, after) => {
  writeFileSync(path, before)
  checkStepVariables(path)
  expect(readFileSync(path, 'utf8')).toBe(before)
  set()
  expect(readFileSync(path, 'utf8')).toBe(after)
})

test.each([
  ['', undefined],
  ['A=/run/1.sock', '/run/1.sock'],
  ['A=1\nA=2\n', '2'],
  ['A=1\nA=\n', ''],
  ['A=1\nAA=2\nB=3\r\n', '1'],
  // What is a part of another value names nothing.
  ['A=1\nB<<END\nA=2\nEND\n', '1'],
  ['A<<END\none\ntwo\nEND\n', 'one\ntwo'],
  ['A=1\nB<<END\nA=2\n', '2'],
])('is read as the runner reads it: %j', (content, value) => {
  writeFileSync(path, content)
  expect(readStepVariable(path, 'A')).toBe(value)
})

test('what cannot be seen tells nothing', () => {
  expect(readStepVariable(path, 'A')).toBe(undefined)
  mkdirSync(path)
  expect(readStepVariable(path, 'A')).toBe(undefined)
})

test('no value makes another variable', () => {
  writeFileSync(path, '')
  expect(() => appendStepVariable(path, 'A', 'x\nLD_PRELOAD=y')).toThrow('more than one line')
  expect(readFileSync(path, 'utf8')).toBe('')
})

test('there has to be a plain file', async () => {
  const { no, isDirectory, isLink } = {
    no: 'no such file or directory',
    isDirectory: 'it is a directory',
    isLink: 'it is a symbolic link',
  }
  expect(() => checkStepVariables(path)).toThrow(no)
  expect(set).toThrow(no)
  writeFileSync(join(home.work, 'other'), '')
  symlinkSync(join(home.work, 'other'), path)
  expect(set).toThrow(isLink)
  expect(readFileSync(join(home.work, 'other'), 'utf8')).toBe('')
  path = join(home.work, 'folder')
  mkdirSync(path)
  expect(set).toThrow(isDirectory)
})

test.skipIf(!requirePart('mkfifo'))('a pipe is none, and nobody waits for it', async () => {
  await startCommand(['mkfifo', path], { home }).ended
  expect(set).toThrow('it is not a plain file')
})

test.skipIf(!requirePart('root'))('root writes to that of the user who runs the container', () => {
  writeFileSync(path, '')
  chownSync(path, 1_000, 1_000)
  set()
  expect(readFileSync(path, 'utf8')).toContain('TOKN_AGENT_SOCK=')
})
