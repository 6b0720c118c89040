// English texts of `tokn credential kubectl`.

export const noWords = (word: string) => ({
  message: `kubectl gives no words: "${word}" is not understood`,
  hint: 'in the kubeconfig: args: [credential, kubectl]',
})

export const unreadable = () => ({
  message: 'KUBERNETES_EXEC_INFO is not an ExecCredential that can be read',
  hint: 'kubectl sets it; to try the helper without kubectl, unset it',
})

export const otherVersion = (version: string, known: readonly string[]) => ({
  message: `kubectl asks in the version "${version}" of ExecCredential, which is not known`,
  hint: `in the kubeconfig: apiVersion: ${known.join(' or ')}`,
})

export const nothingFor = (url: string | undefined) =>
  url === undefined
    ? 'kubectl gets no token'
    : {
        message: `kubectl gets no token for ${url}`,
        hint: [
          'where no profile answers for it: tokn setup kubectl PROFILE --host URL',
          'where several do, name one in the args of the kubeconfig: -P PROFILE',
        ],
      }
