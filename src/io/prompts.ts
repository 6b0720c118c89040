import { ToknError } from '../core/errors.ts'
import { display } from '../core/text.ts'

// Questions go to standard error: standard output is the answer of the command and nothing else. The
// library moves the cursor about, so what others have written in them is made harmless before.

/** One line from a person. Throws `interrupted` when the question is dismissed. */
export async function askLine(
  label: string,
  options: {
    readonly secret?: boolean
    readonly placeholder?: string
    readonly signal?: AbortSignal
  } = {},
): Promise<string> {
  const { password, text } = await import('@clack/prompts')
  const { signal } = options
  const common = { message: display(label), output: process.stderr, ...(signal && { signal }) }
  const { placeholder } = options
  const answer = options.secret
    ? await password(common)
    : await text(
        placeholder === undefined
          ? common
          : { ...common, placeholder: display(placeholder), defaultValue: placeholder },
      )
  return answered(answer) ?? ''
}

/** Yes or no; no is the default. */
export async function askYesNo(question: string): Promise<boolean> {
  const { confirm } = await import('@clack/prompts')
  return answered(
    await confirm({ message: display(question), initialValue: false, output: process.stderr }),
  )
}

/** One of several. */
export async function askChoice(
  question: string,
  options: ReadonlyArray<{ readonly value: string; readonly label: string }>,
): Promise<string> {
  const { select } = await import('@clack/prompts')
  const choices = options.map(({ value, label }) => ({ value, label: display(label) }))
  return answered(
    await select({ message: display(question), options: choices, output: process.stderr }),
  )
}

function answered<Value>(answer: Value): Exclude<Value, symbol> {
  if (typeof answer !== 'symbol') return answer as Exclude<Value, symbol>
  throw new ToknError('interrupted', 'cancelled')
}
