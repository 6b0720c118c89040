import { words } from '../../messages/words.ts'
import type { Context } from '../context.ts'
import type { Topic } from '../help.ts'
import { environmentItems } from './environment.ts'
import { exitCodeItems } from './exit-codes.ts'
import { formatBlocks } from './formats.ts'
import { jsonBlocks } from './json.ts'
import { layOut, type Block } from './layout.ts'
import { providerBlocks, scopeBlocks } from './providers.ts'

type Blocks = readonly Block[] | Promise<readonly Block[]>

const topics: Readonly<Record<Topic, (context: Context) => Blocks>> = {
  'exit-codes': () => [{ text: words.topics.exitCodes.intro }, { items: exitCodeItems() }],
  environment: () => [{ text: words.topics.environment.intro }, { items: environmentItems() }],
  formats: formatBlocks,
  json: jsonBlocks,
  ci: ciBlocks,
  agents: agentBlocks,
  providers: providerBlocks,
  scopes: scopeBlocks,
}

/** The text of `tokn help TOPIC`, in lines of at most `width` characters. */
export async function printTopic(topic: Topic, context: Context, width: number): Promise<string> {
  return layOut(await topics[topic](context), width)
}

function ciBlocks(): readonly Block[] {
  const { intro, asks, secrets, each, shared, idToken, more, heading } = words.topics.ci
  return [
    { text: intro },
    {
      heading,
      examples: [
        'TOKN_PROVIDER=hosterby TOKN_ACCESS_KEY=... TOKN_SECRET_KEY=... tokn token',
        'TOKN_PROVIDER=oauth TOKN_TOKEN_ENDPOINT=... TOKN_FLOW=client TOKN_CLIENT_ID=... TOKN_CLIENT_SECRET=... tokn header',
        'TOKN_TOKEN=... TOKN_PROVIDER=rightech tokn curl -- https://dev.rightech.io/api/v1/objects',
      ],
    },
    { text: asks },
    { text: secrets },
    { text: each },
    {
      examples: [
        'tokn_ci=$(tokn ci start) || exit; eval "$tokn_ci"',
        'tokn curl -- -F file=@car.jpg https://smarty.mail.ru/api/v1/objects/detect',
        'tokn ci end',
      ],
    },
    { text: shared },
    { examples: ['TOKN_STORE_URL=postgres://... TOKN_STORE_KEY=... TOKN_PROFILE=web tokn token'] },
    { text: idToken },
    {
      examples: [
        'TOKN_PROVIDER=oauth TOKN_ISSUER=https://sso.example.com TOKN_CLIENT_ID=ci TOKN_FLOW=ci tokn token',
      ],
    },
    { text: more },
  ]
}

function agentBlocks(): readonly Block[] {
  const { intro, ways, waysMeanings, rules, rulesMeanings, limit, heading } = words.topics.agents
  return [
    { text: intro },
    { heading: ways, items: Object.entries(waysMeanings) },
    { heading: rules, items: Object.entries(rulesMeanings) },
    { text: limit },
    {
      heading,
      examples: [
        'tokn curl web -- https://serviceapi.hoster.by/cloud/orders',
        'tokn check web --min-ttl 1h -q && tokn exec web -e API_TOKEN -- ./agent',
        'tokn issue iot --name agent --scope "GET /objects" --expires-in "2 hours" --save-as agent',
        'tokn revoke agent -P iot',
      ],
    },
  ]
}
