import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { deedsOf, examplesOf } from './document.ts'
import { deeds } from './mcs-deeds.ts'
import { examples } from './mcs.ts'

examplesOf('mcs', examples)
deedsOf('mcs', deeds)

// As the page prints them; what is asked here is only whether a shell can read them.
const recognition = `curl -k -v "https://smarty.mail.ru/api/v1/objects/detect?oauth_provider="mcs&oauth_token=qh9sdcsX" -F file_0=@examples/car_number.jpg -F meta='{"mode":["object"],"images":[ {"name":"file_0"}]}'`
const refresh = `curl -X POST 'https://mcs.mail.ru/auth/oauth/v1/token' -HContent-Type:application/json -d '{"client_id":"mcs1017666666.ml.vision","refresh_token":"Q9fdfT49", "grant_type":"refresh_token"}`
const login = `curl -X POST 'https://mcs.mail.ru/auth/oauth/v1/token'  -HContent-Type:application/json -d '{"client_id":"mcs1017666666.ml.vision", "client_secret":"5FYLyJoex", "grant_type":"client_credentials"}'`

test.each([
  ['MCS: the curl of the first token is one that a shell can read as it stands', login, 0],
  ['MCS: the curl of the recognition has a quote too many', recognition, 2],
  ['MCS: the curl of the refresh has a quote too few', refresh, 2],
])('%s', (_, line, status) => {
  // With -n nothing is run.
  expect(spawnSync('sh', ['-n', '-c', line]).status === 0).toBe(status === 0)
})
