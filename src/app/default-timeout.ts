/** How long to wait for locks and replies, in milliseconds. */
export const defaultTimeout = 30_000
