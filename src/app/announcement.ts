import type { Interaction } from '../core/ports.ts'

/** A line for a person, said once: ahead of the first question after it is known, whoever asks it. */
export interface Announcement {
  /** Takes the place of one that was not said yet; comes to nothing once one was said. */
  set(line: string): void
  /** To be called before each question, and before what cannot be taken back. */
  say(): void
  /** Says it before whatever a person is told or asked there. */
  over(interaction: Interaction): Interaction
}

export function openAnnouncement(write: (line: string) => void): Announcement {
  let line: string | undefined
  let said = false
  return {
    set: (text) => {
      if (!said) line = text
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
    if (line === undefined) return
    write(line)
    line = undefined
    said = true
  }
}
