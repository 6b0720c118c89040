// English texts about requests: connections, TLS, proxies, replies that cannot be read.

export const empty = true
