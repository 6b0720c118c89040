import { expect, test } from 'vitest'
import { nameOfJob } from '../../../src/io/process/ci-job.ts'

test.each([
  [{}, undefined],
  [{ CI: 'true' }, undefined],
  [
    {
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'a/b',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_JOB: 'build',
    },
    'https://github.com/a/b/actions/runs/7/attempts/2 (build)',
  ],
  [
    { GITLAB_CI: 'true', CI_JOB_URL: 'https://gitlab.example/a/-/jobs/9' },
    'https://gitlab.example/a/-/jobs/9',
  ],
  [{ GITLAB_CI: 'true', CI_JOB_ID: '9' }, '9'],
  [
    { JENKINS_URL: 'https://j.example', BUILD_URL: 'https://j.example/job/x/3/' },
    'https://j.example/job/x/3/',
  ],
  [
    {
      TF_BUILD: 'True',
      SYSTEM_COLLECTIONURI: 'https://dev.azure.com/o/',
      SYSTEM_TEAMPROJECT: 'p',
      BUILD_BUILDID: '4',
    },
    'https://dev.azure.com/o/p/_build/results?buildId=4',
  ],
  [
    { CIRCLECI: 'true', CIRCLE_BUILD_URL: 'https://circleci.com/gh/a/b/5' },
    'https://circleci.com/gh/a/b/5',
  ],
  [
    {
      BUILDKITE: 'true',
      BUILDKITE_BUILD_URL: 'https://buildkite.com/a/b/builds/1',
      BUILDKITE_JOB_ID: 'x',
    },
    'https://buildkite.com/a/b/builds/1#x',
  ],
  [
    { BITBUCKET_BUILD_NUMBER: '6', BITBUCKET_REPO_FULL_NAME: 'a/b' },
    'https://bitbucket.org/a/b/pipelines/results/6',
  ],
  [{ TEAMCITY_VERSION: '2026', TEAMCITY_BUILDCONF_NAME: 'Build', BUILD_NUMBER: '8' }, 'Build #8'],
  [
    { DRONE: 'true', DRONE_BUILD_LINK: 'https://drone.example/a/b/2' },
    'https://drone.example/a/b/2',
  ],
  [
    { GITLAB_CI: 'true', CI_JOB_URL: 'https://user:pass@gitlab.example/x?private_token=abc' },
    'https://gitlab.example/x?private_token=',
  ],
  [{ JENKINS_URL: 'x', BUILD_URL: `a\u0007b\n${'c'.repeat(500)}` }, `a b ${'c'.repeat(196)}`],
] as const)('the job that %o are of', (variables, name) => {
  expect(nameOfJob(variables)).toBe(name)
})
