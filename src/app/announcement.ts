import type { Interaction } from '../core/ports.ts'

/** A line for a person, said ahead of the first question alone, whoever asks it. */
export interface Announcement {
  /** Takes the place of one that was not said yet; comes to nothing once a question was put. */
  set(line: string): void
  /** To be called before each question. */
  say(): void
  /** Says it before whatever a person is told or asked there. */
  over(interaction: Interaction): Interaction
}

export function openAnnouncement(write: (line: string) => void): Announcement {
  let line: string | undefined
  let asked = false
  return {
    set: (text) => {
      if (!asked) line = text
    },
    say,
    over: (interaction) => ({
      ...interaction,
      ask: async (label, options) => {
        say()
        return await interaction.ask(label, options)
      },
      open: async (url) => {
        say()
        return await interaction.open(url)
      },
    }),
  }

  function say(): void {
    if (line !== undefined) write(line)
    line = undefined
    asked = true
  }
}
