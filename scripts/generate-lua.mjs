// Makes src/engine/redis/scripts.generated.ts from src/engine/redis/lua: each script with its parts put in, comments out, key names resolved, and a
// typed function for its arguments. Refuses a script that does not declare `KEYS meta, guard`.
// usage: node scripts/generate-lua.mjs [--check]     --check fails when the committed file differs
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../src/engine/redis/', import.meta.url)
const read = (name) => readFileSync(new URL(name, root), 'utf8')
const target = new URL('scripts.generated.ts', root)

function suffixes() {
  const body = read('keys.ts').match(/export const SUFFIX = \{([\s\S]*?)\} as const/)[1]
  return new Map([...body.matchAll(/^ {2}(\w+): '([^']*)'/gm)].map((m) => [m[1], m[2]]))
}

function header(text, name) {
  const lines = text.split('\n')
  const head = []
  for (const line of lines) {
    if (!line.startsWith('--')) break
    head.push(line.replace(/^-- ?/, ''))
  }
  const field = (label) => {
    const at = head.findIndex((l) => l.startsWith(`${label} `))
    return at < 0 ? '' : head[at].slice(label.length).trim()
  }
  if (field('KEYS').replace(/\s+/g, ' ') !== 'meta, guard') throw new Error(`${name}: a script declares KEYS meta, guard`)
  const args = field('ARGV').replace(/\s{2,}.*$/, '')
  return { purpose: head[0], returns: field('RETURNS'), flags: field('FLAGS'), args: args.split(/,\s*/).map(argument) }
}

const RESERVED = new Set(['from'])
function argument(text) {
  const [name, type = 'text'] = text.trim().split(':')
  return { name: RESERVED.has(name) ? `${name}_` : name, type }
}

function expand(text, seen = new Set()) {
  return text.replace(/^-- @include (\w+)$/gm, (_, part) => {
    if (seen.has(part)) return ''
    seen.add(part)
    return expand(read(`lua/lib/${part}.lua`), seen)
  })
}

// The sources name the standard functions shortly (`local sub = string.sub` in base.lua). Every function that captures such a local makes the
// script's start slower (a turn captures them some 200 times: 7 of 28 microseconds), so they are spelled out here.
const STANDARD = {
  sub: 'string',
  byte: 'string',
  match: 'string',
  gmatch: 'string',
  find: 'string',
  concat: 'table',
  floor: 'math',
  min: 'math',
}
function spellOut(body) {
  const names = Object.keys(STANDARD).join('|')
  return body
    .replace(new RegExp(`^local (?:(?:${names}),? ?)+=.*$`, 'gm'), '')
    .replace(new RegExp(`(?<![\\w.:])(${names})\\(`, 'g'), (_, fn) => `${STANDARD[fn]}.${fn}(`)
}

function source(name, keys) {
  const raw = read(`lua/${name}.lua`)
  const { flags } = header(raw, name)
  const body = expand(raw)
    .split('\n')
    .map((line) =>
      line
        .replace(/^\s*--.*$/, '')
        .replace(/\s+-- .*$/, '')
        .trim(),
    )
    .filter(Boolean)
    .join('\n')
    .replace(/\bK_(\w+)\b/g, (_, key) => {
      if (!keys.has(key)) throw new Error(`${name}: no key ${key} in keys.ts`)
      return `B .. '${keys.get(key)}'`
    })
  return `#!lua${flags ? ` flags=${flags}` : ''}\n${spellOut(body).replace(/\n{2,}/g, '\n')}\n`
}

const TYPES = { text: 'string', int: 'number', list: 'readonly Argument[]' }
function typed(name, head) {
  const parameters = head.args.map((a) => `${a.name}: ${TYPES[a.type]}`).join(', ')
  const values = head.args.map((a) => (a.type === 'list' ? `...${a.name}` : a.name)).join(', ')
  return `  /** ${head.purpose.replace(/^\w+: /, '')} Answers ${head.returns} */\n  ${name}: (${parameters}): ScriptCall => ({ script: '${name}', args: [${values}] }),`
}

function generate() {
  const keys = suffixes()
  const names = readdirSync(new URL('lua', root))
    .filter((f) => f.endsWith('.lua'))
    .map((f) => f.slice(0, -4))
    .sort()
  const sources = names.map((name) => {
    const text = source(name, keys)
    const sha = createHash('sha1').update(text).digest('hex')
    return `  ${name}: {\n    sha: '${sha}',\n    source: ${JSON.stringify(text)},\n  },`
  })
  const calls = names.map((name) => typed(name, header(read(`lua/${name}.lua`), name)))
  return `// Made by scripts/generate-lua.mjs from lua/*.lua; run \`npm run generate\` after a change there.

/** What a script takes as an argument. */
export type Argument = string | number | Buffer

/** A script and its arguments, ready to be sent to one partition. */
export interface ScriptCall {
  script: ScriptName
  args: Argument[]
}

export type ScriptName = ${names.map((n) => `'${n}'`).join(' | ')}

/** Source and SHA-1 of every script. */
export const SCRIPTS: Record<ScriptName, { sha: string; source: string }> = {
${sources.join('\n')}
}

/** One typed function per script; the contract is the header of its Lua file. */
export const calls = {
${calls.join('\n')}
}
`
}

const text = generate()
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/engine/redis/scripts.generated.ts is not what src/engine/redis/lua makes: run npm run generate')
    process.exit(1)
  }
} else {
  writeFileSync(target, text)
}
