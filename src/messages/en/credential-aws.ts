// English texts of `tokn credential aws`.

export const noWords = (word: string) => ({
  message: `a credential_process gets no words: "${word}" is not understood`,
  hint: 'in ~/.aws/config: credential_process = tokn credential aws -P PROFILE',
})

export const nothing = () => 'no profile has keys for AWS'

export const noKey = (profile: string | undefined) => ({
  message: `${profile === undefined ? 'the session' : `"${profile}"`} has a token, and no AWS access key`,
  hint: [
    'where AWS takes the token itself (OpenID Connect): tokn exec --file AWS_WEB_IDENTITY_TOKEN_FILE -- aws ...',
    'where an API gives access keys: name them in its definition (`signingKey`), then log in again',
  ],
})
