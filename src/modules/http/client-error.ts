/** What is no HTTP, or too much of it: refused by Node's parser before there is a request. Answered with a problem document all the same. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_TYPE, type Problem } from './problem.js'

/** Status by the code of Node's error; 400 for all others. */
const STATUS: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }

/** Answers and closes the connection, where somebody still reads. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  if (!socket.writable) {
    socket.destroy(error)
    return
  }
  const status = STATUS[error.code ?? ''] ?? 400
  const title = STATUS_CODES[status] ?? 'Error'
  const detail = 'The request is not valid HTTP, too long, or took too long to come'
  const problem: Problem = { type: 'urn:chordis:problem:request-invalid', title, status, code: 'request-invalid', detail }
  const body = JSON.stringify(problem)
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n`
  socket.end(head + body, () => socket.destroy())
}
