import { words } from '../../messages/words.ts'
import { headerFormats, issueFormats, namesOf, tokenFormats } from '../output/formats.ts'
import type { Block, Item } from './layout.ts'

/** What `-o` can print, command by command. */
export function formatBlocks(): readonly Block[] {
  const { intro, token, header, issue, ofToken, ofHeader, ofIssue, others } = words.topics.formats
  return [
    { text: intro },
    { heading: token, items: itemsOf(tokenFormats, ofToken) },
    { heading: header, items: itemsOf(headerFormats, ofHeader) },
    { heading: issue, items: itemsOf(issueFormats, ofIssue) },
    { text: others },
    {
      heading: words.help.examples,
      examples: [
        'eval "$(tokn token web -o env --var WEB_TOKEN)"',
        'tokn token web -o dotenv > .env',
        'curl -K <(tokn header web -o curl) https://api.example.com/',
      ],
    },
  ]
}

function itemsOf<Formats extends object>(
  formats: Formats,
  meanings: Readonly<Record<keyof Formats | 'json', string>>,
): readonly Item[] {
  return namesOf(formats).map((name) => [name, meanings[name as keyof Formats]])
}
