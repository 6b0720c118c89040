/** The shells that there is a script for. */
export const completedShells = ['bash', 'zsh', 'fish', 'pwsh'] as const

export type CompletedShell = (typeof completedShells)[number]
