/** The longest name of a job that is noted, in characters. */
const longest = 200

type Variables = Readonly<Record<string, string | undefined>>

/** A service that runs jobs: the variable that says that this is one, and what it calls it. */
interface Service {
  readonly mark: string
  nameOf(variables: Variables): string | undefined
}

const services: readonly Service[] = [
  {
    mark: 'GITHUB_ACTIONS',
    nameOf: ({
      GITHUB_SERVER_URL: server,
      GITHUB_REPOSITORY: repository,
      GITHUB_RUN_ID: run,
      GITHUB_RUN_ATTEMPT: attempt,
      GITHUB_JOB: job,
    }) => {
      if (repository === undefined || run === undefined) return undefined
      const page = `${server ?? 'https://github.com'}/${repository}/actions/runs/${run}`
      const again = attempt === undefined || attempt === '1' ? '' : `/attempts/${attempt}`
      return `${page}${again}${job === undefined ? '' : ` (${job})`}`
    },
  },
  { mark: 'GITLAB_CI', nameOf: ({ CI_JOB_URL, CI_JOB_ID }) => CI_JOB_URL ?? CI_JOB_ID },
  { mark: 'JENKINS_URL', nameOf: ({ BUILD_URL, BUILD_TAG }) => BUILD_URL ?? BUILD_TAG },
  {
    mark: 'TF_BUILD',
    nameOf: ({
      SYSTEM_COLLECTIONURI: collection,
      SYSTEM_TEAMPROJECT: project,
      BUILD_BUILDID: build,
      AGENT_JOBNAME: job,
    }) => {
      if (build === undefined) return undefined
      const page = `${collection ?? ''}${project ?? ''}/_build/results?buildId=${build}`
      return `${page}${job === undefined ? '' : ` (${job})`}`
    },
  },
  {
    mark: 'CIRCLECI',
    nameOf: ({ CIRCLE_BUILD_URL, CIRCLE_JOB }) => CIRCLE_BUILD_URL ?? CIRCLE_JOB,
  },
  {
    mark: 'BUILDKITE',
    nameOf: ({ BUILDKITE_BUILD_URL: build, BUILDKITE_JOB_ID: job }) =>
      build === undefined ? job : `${build}${job === undefined ? '' : `#${job}`}`,
  },
  {
    mark: 'BITBUCKET_BUILD_NUMBER',
    nameOf: ({ BITBUCKET_REPO_FULL_NAME: repository, BITBUCKET_BUILD_NUMBER: build }) =>
      repository === undefined
        ? build
        : `https://bitbucket.org/${repository}/pipelines/results/${build}`,
  },
  {
    mark: 'TEAMCITY_VERSION',
    nameOf: ({ BUILD_URL, TEAMCITY_BUILDCONF_NAME: configuration, BUILD_NUMBER: build }) =>
      BUILD_URL ?? ([configuration, build].filter(Boolean).join(' #') || undefined),
  },
  {
    mark: 'DRONE',
    nameOf: ({ DRONE_BUILD_LINK, DRONE_BUILD_NUMBER }) => DRONE_BUILD_LINK ?? DRONE_BUILD_NUMBER,
  },
  {
    mark: 'TRAVIS',
    nameOf: ({ TRAVIS_JOB_WEB_URL, TRAVIS_JOB_ID }) => TRAVIS_JOB_WEB_URL ?? TRAVIS_JOB_ID,
  },
  { mark: 'CI_PIPELINE_URL', nameOf: ({ CI_PIPELINE_URL }) => CI_PIPELINE_URL },
]

/**
 * The CI job that this process is a part of, as its service calls it: most give the address of a page.
 * `undefined` where there is none that is known. Anybody who starts the job may have set it.
 */
export function nameOfJob(variables: Variables): string | undefined {
  for (const { mark, nameOf } of services) {
    if ((variables[mark] ?? '') === '') continue
    const name = nameOf(variables)
    if (name !== undefined && name !== '') return withoutSecrets(name).slice(0, longest)
  }
  return undefined
}

/** Without a user and a password, which an address of a page may have, and without what it asks for. */
function withoutSecrets(name: string): string {
  const oneLine = name.replace(/[\u0000-\u001f\u007f]/g, ' ')
  return oneLine
    .replace(/(:\/\/)[^/?#@\s]*@/, '$1')
    .replace(/([?&][^=&\s]*(?:token|key|secret|password)[^=&\s]*=)[^&\s]*/gi, '$1')
}
