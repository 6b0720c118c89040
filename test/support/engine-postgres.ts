import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EngineDescription, EnginePlace } from './engines.ts'

const debian = '/usr/lib/postgresql'

/** A program of the newest PostgreSQL here; Debian keeps them outside of PATH. */
export function postgresProgram(name: string): string {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : []
  const newest = versions.sort((one, other) => other - one)[0]
  const path = join(debian, String(newest), 'bin', name)
  return existsSync(path) ? path : name
}

/** Its superuser is `postgres`; the database of the url, `tokn`, is empty. */
export function describePostgres(place: EnginePlace): EngineDescription {
  const { folder, address, port, password, certificate, durable } = place
  const data = join(folder, 'data')
  const method = password === '' ? 'trust' : 'scram-sha-256'
  const authority = password === '' ? 'postgres' : `postgres:${password}`
  const settings = [
    `listen_addresses=${address}`,
    `port=${port}`,
    `unix_socket_directories=${folder}`,
    `fsync=${durable ? 'on' : 'off'}`,
    'max_connections=200',
    'shared_buffers=16MB',
    ...(certificate === undefined
      ? []
      : ['ssl=on', `ssl_cert_file=${certificate.certPath}`, `ssl_key_file=${certificate.keyPath}`]),
    ...place.settings,
  ]
  return {
    prepare: () => {
      makeCluster(place, data, method)
      if (address === '127.0.0.1') return
      const line = `host all all 0.0.0.0/0 ${method}\nhost replication all 0.0.0.0/0 ${method}\n`
      writeFileSync(join(data, 'pg_hba.conf'), line, { flag: 'a' })
    },
    line: [postgresProgram('postgres'), '-D', data, ...settings.flatMap((one) => ['-c', one])],
    ready: /database system is ready to accept (?:read-only )?connections/,
    stopSignal: 'SIGINT',
    url: `postgres://${authority}@${address}:${port}/tokn`,
  }
}

function makeCluster({ folder, password, run }: EnginePlace, data: string, method: string): void {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password === '' ? 'unused' : password, { mode: 0o644 })
  const made = ['--username=postgres', `--pwfile=${passwordFile}`, `--auth=${method}`, '--no-sync']
  run([postgresProgram('initdb'), '-D', data, '-E', 'UTF8', '--locale=C', ...made])
  rmSync(passwordFile)
  const single = ['--single', '-D', data, '-c', 'fsync=off', 'postgres']
  const make = `echo 'CREATE DATABASE tokn' | ${postgresProgram('postgres')} "$@" >/dev/null`
  run(['sh', '-c', make, 'sh', ...single])
}
