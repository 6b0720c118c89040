import type { SandboxName } from '../../../src/sandbox/server.ts'
import { canary } from './hostile.ts'

/** Real replies of each API, with the canary where secrets are. */
export const plausible: Readonly<Record<SandboxName, readonly string[]>> = {
  oz: [
    `{"access_token":"${canary}a","expire_token":"${canary}r","expire_date":1795000000,"session_id":"s","user":{"user_id":"u"}}`,
    '{"error_code":8,"error_message":"Session expired","details":null}',
  ],
  mcs: [
    `{"refresh_token":"${canary}r","access_token":"${canary}a","expired_in":"3600","scope":{"objects":1}}`,
    '{"status":401,"body":"no","htmlencoded":false,"last_modified":0}',
  ],
  rightech: [
    `{"_id":"66a64c58","issuedAt":1795000000000,"expiresAt":1795000000000,"name":"n","scopes":["GET /x"],"token":"${canary}a"}`,
    `[{"_id":"66a64c58","name":"n","expiresAt":1795000000000,"scopes":["GET /x"],"token":"${canary}a"}]`,
    '{"success":false,"name":"RicError","code":"403","message":"Forbidden","codes":["x"]}',
  ],
  hosterby: [
    `{"httpCode":200,"statusCode":"ok","payload":{"accessToken":"${canary}a","refreshToken":"${canary}r","userId":1,"dateExpires":1795000000}}`,
    '{"httpCode":401,"statusCode":"error","messageList":{"error":{"a":"b"}},"codeList":{"error":["a"]}}',
  ],
}
