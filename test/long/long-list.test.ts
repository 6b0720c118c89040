import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeHome, program, type Home } from '../support/home.ts'
import { openLongList, tokensFrom, type LongList } from '../support/long-list.ts'
import { run, startCommand } from '../support/run.ts'

let home: Home
let list: LongList | undefined

beforeEach(() => {
  home = makeHome()
})
afterEach(async () => {
  await list?.close()
  home.remove()
})

/** Pages of 1,000 tokens; `pages` of them, or without end. */
async function serve(pages = Number.POSITIVE_INFINITY): Promise<void> {
  list = await openLongList(home, (_, cursor) => ({
    items: tokensFrom(Number(cursor) * 1_000, 1_000),
    next: Number(cursor) + 1 < pages ? String(Number(cursor) + 1) : undefined,
  }))
}

describe('a list of more tokens than a document holds', () => {
  it('is printed as far as it was read, and said to go on', async () => {
    await serve()
    const { status, out, err } = await run(['list', 'long', '--json'], { home })
    const document = JSON.parse(out) as { tokens: unknown[]; stopped_at: number }
    expect(status).toBe(12)
    expect(document.tokens).toHaveLength(100_000)
    expect(document.stopped_at).toBe(100_000)
    expect(JSON.parse(err)).toMatchObject({
      code: 'partial',
      message: 'stopped at 100000 tokens: there are more',
      next: [{ command: 'tokn list long --json-lines' }],
    })
    expect(list?.pages).toBe(100)
  })

  it('is said to go on where it is printed as text', async () => {
    await serve()
    const { status, out, err } = await run(['list', 'long', '--plain'], { home })
    expect(status).toBe(12)
    expect(out.split('\n')).toHaveLength(100_001)
    expect(err).toBe(
      'tokn: error: stopped at 100000 tokens: there are more\n' +
        'tokn: hint: tokn list long --json-lines\n',
    )
  })

  it('is whole where it ends there', async () => {
    await serve(100)
    const { status, out, err } = await run(['list', 'long', '--json'], { home })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(JSON.parse(out)).not.toHaveProperty('stopped_at')
  })

  it('is looked through to its end for a token to revoke', async () => {
    await serve(120)
    const args = ['revoke', 'token-119000', 'token-7', '-P', 'long', '--json']
    const { out } = await run(args, { home })
    expect(list?.revoked).toEqual(['token-119000', 'token-7'])
    expect(JSON.parse(out)).toMatchObject({
      results: [
        { id: 'token-119000', name: 'job 119000', listed: 1 },
        { id: 'token-7', name: 'job 7', listed: 1 },
      ],
    })
  })

  it('is no reason to revoke another one with it, wherever that is', async () => {
    const twins = [
      [15, { id: 'token-1', name: 'twin' }],
      [25, { id: 'token-1', name: 'other twin' }],
      [27, { id: 'token-2', name: 'known' }],
    ] as const
    list = await openLongList(home, (_, cursor) => {
      const page = Number(cursor)
      const twin = twins.find(([at]) => at === page)?.[1]
      return {
        items: [...tokensFrom(page * 1_000 + 100_000, 999), ...(twin ? [twin] : [])],
        next: page < 29 ? String(page + 1) : undefined,
      }
    })
    const { status, err } = await run(['revoke', 'other twin', '-P', 'long'], { home })
    expect(status).toBe(2)
    expect(err).toContain('other twin, twin')
    expect(list.revoked).toEqual([])
    await run(['revoke', 'known', '-P', 'long'], { home })
    expect(list.revoked).toEqual(['token-2'])
  })

  it('is told where nothing of it is named', async () => {
    await serve(12)
    const { status } = await run(['revoke', 'nothing', '-P', 'long'], { home })
    expect(status).toBe(3)
    expect(list?.revoked).toEqual([])
  })
})

describe('--json-lines', () => {
  it('prints a document for each token', async () => {
    await serve(2)
    const { status, out, err } = await run(['list', 'long', '--json-lines'], { home })
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(2_000)
    expect(JSON.parse(lines[1_999] ?? '')).toMatchObject({
      schema: 'tokn.list-line/v1',
      profile: 'long',
      id: 'token-1999',
      state: 'active',
    })
  })

  it('prints the fields that are asked for', async () => {
    await serve(1)
    const args = ['list', 'long', '--json-lines', '--fields', 'id,name']
    const { out } = await run(args, { home })
    expect(out.split('\n')[0]).toBe('{"schema":"tokn.list-line/v1","id":"token-0","name":"job 0"}')
    expect(await run([...args.slice(0, -1), 'nothing'], { home })).toMatchObject({ status: 2 })
  })

  it('prints the tokens held here where the provider lists none', async () => {
    await serve(1)
    const { out } = await run(['list', '--local', '--json-lines'], { home })
    expect(JSON.parse(out)).toMatchObject({ saved_as: 'long', schema: 'tokn.list-line/v1' })
  })

  it.each(['--json', '--plain'])('does not go with %s', async (flag) => {
    await serve(1)
    expect(await run(['list', 'long', '--json-lines', flag], { home })).toMatchObject({
      status: 2,
      out: '',
    })
  })

  it('says how far it came where a page fails, and keeps what was read', async () => {
    list = await openLongList(home, (page) =>
      page < 3 ? { items: tokensFrom(page * 10, 10), next: String(page) } : { status: 400 },
    )
    const { status, out, err } = await run(['list', 'long', '--json-lines'], { home })
    expect(status).toBe(6)
    expect(out.trimEnd().split('\n')).toHaveLength(30)
    expect(JSON.parse(err)).toMatchObject({
      code: 'provider_refused',
      message: 'the list ends after 30 tokens, and there may be more: Long refused (400)',
    })
  })

  it('is not begun again where a token is refused in the middle', async () => {
    list = await openLongList(home, (page, cursor) =>
      cursor === '2' ? { status: 401 } : { items: tokensFrom(page * 10, 10), next: String(page) },
    )
    const { status, out, err } = await run(['list', 'long', '--json-lines'], { home })
    expect(status).toBe(4)
    expect(out.trimEnd().split('\n')).toHaveLength(30)
    expect(err).toContain('the list ends after 30 tokens')
    expect(list.pages).toBe(4)
  })

  it('fails with nothing printed where the first page does', async () => {
    list = await openLongList(home, () => ({ status: 400 }))
    expect(await run(['list', 'long', '--json-lines'], { home })).toMatchObject({
      status: 6,
      out: '',
    })
  })

  it('names ids that several tokens have, across pages', async () => {
    list = await openLongList(home, (page) => ({
      items: tokensFrom(page === 2 ? 5 : page * 10, 10),
      next: page < 2 ? String(page) : undefined,
    }))
    const { status, out, err } = await run(['list', 'long', '--json-lines'], { home })
    expect(status).toBe(0)
    expect(out.trimEnd().split('\n')).toHaveLength(30)
    expect(err).toMatch(
      /^the provider gave one id to several tokens: token-5, token-6,.*token-14\n$/,
    )
  })

  it('is whole where only its lines could not be written, which is what is said', async () => {
    await serve(3)
    const line = [process.execPath, program, 'list', 'long', '--json-lines']
    const { status, err } = await startCommand(['sh', '-c', '"$@" >/dev/full', 'sh', ...line], {
      home,
    }).ended
    expect(status).toBe(1)
    expect(JSON.parse(err)).toMatchObject({
      message: 'could not write to standard output (ENOSPC)',
    })
  })

  it('ends quietly where its reader has gone', async () => {
    await serve()
    const line = ['sh', '-c', 'tokn list long --json-lines --timeout 5m | head -n 3; echo end >&2']
    const { out, err } = await startCommand(line, { home }).ended
    expect(out.trimEnd().split('\n')).toHaveLength(3)
    expect(err).toBe('end\n')
    expect(list?.pages).toBeLessThan(20)
  })
})

describe('pages that do not end', () => {
  it.each([
    ['have the same items again and again', () => ({ items: tokensFrom(0, 2) }), 10],
    ['are empty again and again', () => ({ items: [] }), 100],
  ] as const)('because they %s are told', async (_, answer, pages) => {
    list = await openLongList(home, (page) => ({ ...answer(), next: `fresh-${page}` }))
    const { status, err } = await run(['list', 'long', '--json-lines'], { home })
    expect(status).toBe(6)
    expect(err).toContain('the pages of the list do not end')
    expect(list.pages).toBe(pages)
  })

  it('because a cursor comes back are told', async () => {
    list = await openLongList(home, (page) => ({
      items: tokensFrom(page * 2, 2),
      next: `c${page % 3}`,
    }))
    const { status, out } = await run(['list', 'long', '--json-lines'], { home })
    expect(status).toBe(6)
    expect(out.trimEnd().split('\n')).toHaveLength(8)
    expect(list.pages).toBe(4)
  })

  it('may repeat an item or be empty, and end all the same', async () => {
    const pages = [[0], [0], [], [], [1], []]
    list = await openLongList(home, (page) => ({
      items: (pages[page] ?? []).flatMap((number) => tokensFrom(number, 1)),
      next: page + 1 < pages.length ? String(page) : undefined,
    }))
    const { status, out } = await run(['list', 'long', '--json'], { home })
    expect(status).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ duplicates: ['token-0'] })
  })
})
