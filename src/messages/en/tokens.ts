// English texts about tokens that are listed, issued and revoked.

export const empty = true
