import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readAgentOutcome, readAgentRequest } from '../../../src/app/agent-request.ts'
import { startAgent } from '../../../src/app/start-agent.ts'
import { isRunning } from '../../../src/io/process/is-running.ts'
import { until } from '../../support/until.ts'

it('an agent that does not serve in time is ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tokn-start-'))
  const program = join(folder, 'hang.cjs')
  const noted = join(folder, 'pid')
  writeFileSync(
    program,
    `process.on('SIGTERM', () => {})
    require('fs').writeFileSync(${JSON.stringify(noted)}, String(process.pid))
    setInterval(() => {}, 1000)`,
  )
  const request = { timeout: 1_500, debug: false, socket: join(folder, 'a.sock') }
  expect(await startAgent({ program, environment: {} }, request)).toBe('late')
  const pid = Number(readFileSync(noted, 'utf8'))
  await until(() => !isRunning(pid))
  rmSync(folder, { recursive: true })
})

it.each(['', 'null', '{}', '{"timeout":1}', '{"pid":'])('%j starts no agent', (json) => {
  expect(readAgentRequest(json)).toBeUndefined()
  expect(readAgentOutcome(json)).toBeUndefined()
})
