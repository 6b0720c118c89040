// Names of keys and channels. The hash tag puts all of them into one slot of a cluster, so that a
// script may touch several.
const prefix = '{tokn}:'

/** A hash for each session: id, name, version, generation, and the parts. */
export const rowPrefix = `${prefix}row:`
export const rowKey = (id: string) => rowPrefix + id
/** A hash of ids by name. */
export const namesKey = `${prefix}names`
/** A sorted set of ids, in their order. */
export const idsKey = `${prefix}ids`
/** A hash for each lease: fence, holder, the time when it is over, and how long it was taken for. */
export const leasePrefix = `${prefix}lease:`
export const leaseKey = (name: string) => leasePrefix + name
/** The last fencing number given, of whichever lease. */
export const fenceKey = `${prefix}fence`
/** A sorted set of the names of leases, by the time when they are over. */
export const heldKey = `${prefix}held`
/** A hash for each session that somebody wishes for, by generation and text. */
export const wishPrefix = `${prefix}wish:`
export const wishKey = (id: string) => wishPrefix + id
/** A set of the ids of those. */
export const wishedKey = `${prefix}wished`
/** A hash for each document: version, text. */
export const documentKey = (name: string) => `${prefix}document:${name}`
/** A hash: which life of the data this is, and what is known of the server that has it. */
export const lifeKey = `${prefix}life`

/** Channels are those of all databases of a server. */
export const channelOf = (what: 'rows' | 'wishes', db: number) => `${prefix}${what}:${db}`
/** The version of all this. */
export const schemaKey = `${prefix}schema`
