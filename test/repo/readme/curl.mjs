#!/usr/bin/env node
// Stands in for curl where there is none: -s, -H, -X, -d and --data-binary (also @file, and @- for what is piped) and one URL. Used by ../readme.test.ts.
import { readFileSync } from 'node:fs'

const request = { method: undefined, headers: {}, body: undefined }
let url
for (let args = process.argv.slice(2); args.length > 0; ) {
  const arg = args.shift()
  if (arg === '-s') continue
  else if (arg === '-X') request.method = args.shift()
  else if (arg === '-H') {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(args.shift())
    request.headers[name] = value
  } else if (arg === '-d' || arg === '--data-binary') {
    const data = args.shift()
    request.body = data.startsWith('@') ? readFileSync(data === '@-' ? 0 : data.slice(1), 'utf8') : data
  } else url = arg
}
request.method ??= request.body === undefined ? 'GET' : 'POST'
process.stdout.write(await (await fetch(url, request)).text())
