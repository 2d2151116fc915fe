/**
 * Just enough of the Redis protocol to ask a server who it is, before node_modules exist. Not for anything else.
 */
import { connect as connectTcp } from 'node:net'
import { connect as connectTls } from 'node:tls'

function open(url) {
  if (url.startsWith('unix:')) return connectTcp({ path: decodeURIComponent(url.replace(/^unix:(\/\/)?/, '').replace(/\?.*$/, '')) })
  const { protocol, hostname, port } = new URL(url)
  const target = { host: hostname.replace(/^\[|\]$/g, '') || '127.0.0.1', port: Number(port) || 6379 }
  return protocol === 'rediss:' ? connectTls({ ...target, servername: hostname }) : connectTcp(target)
}

function authOf(url) {
  if (url.startsWith('unix:')) return []
  const { username, password } = new URL(url)
  if (password === '') return []
  return [['AUTH', ...(username === '' ? [] : [decodeURIComponent(username)]), decodeURIComponent(password)]]
}

const encode = (args) => `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`).join('')}`

/** Lengths count bytes, so replies are kept as latin1 until a string is whole. */
const utf8 = (bytes) => Buffer.from(bytes, 'latin1').toString('utf8')

/** One reply at `at`: `[value, next]`, or null while it is incomplete. Errors come back as Error objects. */
function decode(text, at) {
  const line = text.indexOf('\r\n', at)
  if (line < 0) return null
  const head = text.slice(at + 1, line)
  const next = line + 2
  switch (text[at]) {
    case '+':
    case ':':
      return [head, next]
    case '-':
      return [new Error(head), next]
    case '$':
      if (head === '-1') return [null, next]
      return text.length < next + Number(head) + 2 ? null : [utf8(text.slice(next, next + Number(head))), next + Number(head) + 2]
    case '*':
      return decodeArray(text, next, Number(head))
    default:
      return [new Error(`not a Redis: ${head.slice(0, 80)}`), next]
  }
}

function decodeArray(text, at, count) {
  const items = []
  for (let i = 0; i < count; i++) {
    const item = decode(text, at)
    if (item === null) return null
    items.push(item[0])
    at = item[1]
  }
  return [items, at]
}

/**
 * Sends commands over one connection and returns their replies, an Error in the place of each refused one.
 * @param {string} url redis://, rediss:// or unix://
 * @param {string[][]} commands
 * @returns {Promise<any[]>}
 */
export function ask(url, commands, timeoutMs = 2_000) {
  const all = [...authOf(url), ...commands]
  return new Promise((done, fail) => {
    const socket = open(url)
    const replies = []
    let text = ''
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)))
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('the connection was closed')))
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      for (let reply = decode(text, 0); reply !== null; reply = decode(text, 0)) {
        replies.push(reply[0])
        text = text.slice(reply[1])
        if (replies.length === all.length) break
      }
      if (replies.length < all.length) return
      done(replies.slice(all.length - commands.length))
      socket.destroy()
    })
    socket.write(all.map(encode).join(''))
  })
}

/** One `field:value` line of INFO. */
export const infoField = (info, field) => new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(String(info))?.[1]
