/** The argument that makes this program run a refresh for another process of itself. */
export const refresherArgument = '__refresher'
