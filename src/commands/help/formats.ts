import { words } from '../../messages/words.ts'
import { formatsOf, namesOf } from '../output/formats.ts'
import { plainColumns } from '../output/plain-rows.ts'
import type { Block } from './layout.ts'

/** What `-o` can print, and which commands can print it. */
export function formatBlocks(): readonly Block[] {
  const { intro, meanings, usually, json, variables, hidden, others, tables } = words.topics.formats
  const formats = Object.entries(meanings)
  return [
    { text: intro },
    { items: [...formats, ['json', json]] },
    {
      text: usually(
        formatsOf.token[0] ?? '',
        formatsOf.header[0] ?? '',
        namesOf('issue').join(', '),
      ),
    },
    { text: variables },
    { text: hidden },
    { text: others },
    { text: tables },
    { items: Object.entries(plainColumns) },
    {
      heading: words.help.examples,
      examples: [
        'eval "$(tokn token web -o env --var WEB_TOKEN)"',
        'tokn token web -o dotenv > .env',
        'curl -K <(tokn header web -o curl) https://api.example.com/',
        'curl --netrc-file <(tokn token git -o netrc) https://git.example.com/team/shop.git/info/refs',
        'tokn token web -o github --var WEB_TOKEN',
        'tokn token web --field expires_at',
      ],
    },
  ]
}
