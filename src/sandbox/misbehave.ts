import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import type { Reply } from './api.ts'
import type { Fault } from './faults.ts'
import { asRecord } from './reply.ts'

/** One request in the hands of a fault. */
export interface Struck {
  readonly response: ServerResponse
  /** Lets the API process the request. */
  readonly process: () => Reply
  readonly send: (reply: Reply) => void
  /** Sends only the head of an answer; the body follows. */
  readonly sendHead: (status: number, headers: Readonly<Record<string, string>>) => void
  /** Aborted when the listener closes. */
  readonly signal: AbortSignal
}

const bombBytes = 300 * 1024 * 1024
const json = 'application/json'

function* produceBytes(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024, 'a')
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left)
}

function composeReply(status: number, type: string, body: unknown): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '')
  return { status, headers: { 'content-type': type }, body: body === undefined ? '' : text }
}

function composePage(status: number): Reply {
  const title = `${status} Bad Gateway`
  const head = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n`
  const body = `<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n`
  return composeReply(status, 'text/html', `${head}${body}</html>\r\n`)
}

/** Merges the data of a `merge` fault over the JSON object that `reply` carries. */
function mergeReply(reply: Reply, fault: Extract<Fault, { do: 'merge' }>): Reply {
  const whole = { ...asRecord(JSON.parse(reply.body || '{}')) }
  const part = fault.under === undefined ? whole : { ...asRecord(whole[fault.under]) }
  Object.assign(part, fault.body)
  for (const key of fault.without ?? []) delete part[key]
  if (fault.under !== undefined) whole[fault.under] = part
  return { ...reply, body: JSON.stringify(whole) }
}

async function drip(struck: Struck, ms: number): Promise<void> {
  const reply = struck.process()
  const bytes = Buffer.from(reply.body)
  struck.sendHead(reply.status, { ...reply.headers, 'content-length': String(bytes.length) })
  for (const byte of bytes) {
    if (struck.response.destroyed) return
    struck.response.write(Buffer.of(byte))
    await sleep(ms, undefined, { signal: struck.signal })
  }
  struck.response.end()
}

/** Does to one request what `fault` says. */
export async function misbehave(fault: Fault, struck: Struck): Promise<void> {
  const { response, process, send, sendHead } = struck
  switch (fault.do) {
    case 'drop-before':
      response.destroy()
      return
    case 'drop-after':
      process()
      response.destroy()
      return
    case 'status': {
      const reply = composeReply(fault.status, fault.contentType ?? json, fault.body)
      send({ ...reply, headers: { ...reply.headers, ...fault.headers } })
      return
    }
    case 'drip':
      return drip(struck, fault.ms)
    case 'redirect':
      send({ status: fault.status ?? 302, headers: { location: fault.to }, body: '' })
      return
    case 'huge':
      sendHead(200, { 'content-type': json })
      return pipeline(Readable.from(produceBytes(fault.bytes ?? Infinity)), response)
    case 'gzip-bomb': {
      sendHead(200, { 'content-type': json, 'content-encoding': 'gzip' })
      const plain = Readable.from(produceBytes(fault.bytes ?? bombBytes))
      return pipeline(plain, createGzip(), response)
    }
    case 'html':
      send(composePage(fault.status ?? 502))
      return
    case 'empty':
      send(composeReply(fault.status ?? 200, json, undefined))
      return
    case 'body': {
      const reply = process()
      const type = reply.headers['content-type'] ?? json
      send({ ...reply, body: composeReply(reply.status, type, fault.body).body })
      return
    }
    case 'repeat-id':
      send(process())
      return
    case 'merge':
      send(mergeReply(process(), fault))
      return
    case 'delay':
    case 'hang':
  }
}
