/** The argument that makes this program an agent which another process of itself has started. */
export const agentArgument = '__agent'
