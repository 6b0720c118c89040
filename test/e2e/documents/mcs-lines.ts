/** Lines as the page of MCS prints them; what is asked of them is only whether a shell can read them. */
export const shellLines = [
  {
    line: 'MCS: the curl of the first token is one that a shell can read as it stands',
    shell: `curl -X POST 'https://mcs.mail.ru/auth/oauth/v1/token'  -HContent-Type:application/json -d '{"client_id":"mcs1017666666.ml.vision", "client_secret":"5FYLyJoex", "grant_type":"client_credentials"}'`,
    readable: true,
  },
  {
    line: 'MCS: the curl of the recognition has a quote too many',
    shell: `curl -k -v "https://smarty.mail.ru/api/v1/objects/detect?oauth_provider="mcs&oauth_token=qh9sdcsX" -F file_0=@examples/car_number.jpg -F meta='{"mode":["object"],"images":[ {"name":"file_0"}]}'`,
    readable: false,
  },
  {
    line: 'MCS: the curl of the refresh has a quote too few',
    shell: `curl -X POST 'https://mcs.mail.ru/auth/oauth/v1/token' -HContent-Type:application/json -d '{"client_id":"mcs1017666666.ml.vision","refresh_token":"Q9fdfT49", "grant_type":"refresh_token"}`,
    readable: false,
  },
] as const
