/** What `tokn profile set` changes: settings that decide nothing about where a secret goes. */
export const profileSettings = ['offline'] as const
