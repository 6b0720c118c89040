import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeHome, type Home } from '../support/home.ts'
import { hasTerminal, openTerminal, type Terminal } from '../support/terminal.ts'

describe.skipIf(!hasTerminal())('the menu of APIs', () => {
  let home: Home
  beforeEach(() => {
    home = makeHome()
  })
  afterEach(() => home.remove())

  function open(TERM: string): Terminal {
    return openTerminal(['login', 'web'], home, { TERM })
  }

  test.each([
    ['hosterby', 'xterm', /Access key/],
    ['rightech', 'xterm', /How to log in to Rightech/],
    ['github', 'xterm', /How to log in to GitHub\?/],
    ['hosterby', 'dumb', /Access key/],
  ])('takes the %s that was typed, in %s', async (name, TERM, next) => {
    const terminal = open(TERM)
    await terminal.until(/Which API\?/)
    await terminal.until(TERM === 'dumb' ? /1-\d+: / : /●/)
    terminal.type(`${name}\r`)
    await terminal.until(next)
    terminal.type('\u0003')
    expect((await terminal.ended).status).toBe(130)
  })

  test('takes nothing where nothing fits, and ends at Ctrl-C and at Ctrl-D', async () => {
    for (const key of ['\u0003', '\u0004']) {
      const terminal = open('xterm')
      await terminal.until(/Which API\?[^]*●/)
      terminal.type('nonsense\r')
      await terminal.until(/none of them is called that/)
      terminal.type(key)
      expect(await terminal.ended).toMatchObject({ status: 130, out: '' })
    }
  })

  test('still goes by arrow keys', async () => {
    const terminal = open('xterm')
    await terminal.until(/Which API\?[^]*●/)
    terminal.type('\u001b[B')
    await terminal.until(/● mcs|● rightech|● hosterby|● oz/)
    terminal.type('\u0003')
    expect((await terminal.ended).status).toBe(130)
  })
})
