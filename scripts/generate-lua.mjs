// Makes src/engine/redis/scripts.generated.ts from src/engine/redis/lua: one Redis library (FUNCTION LOAD) that holds every script as a function, and
// a typed TypeScript function for each. Refuses a script that does not declare `KEYS meta, guard`.
//
// Why a library and not EVAL scripts: a script's body runs anew at every call, and making its some seventy local functions cost 12 of the 28
// microseconds of an empty turn; parsed templates could not be kept either (docs/adr).
//
// In lua/lib, a line `local x = … -- per call` is state: declared once, set at the start of every call; `-- first call`: set at the first one. The rest is made when the library is loaded.
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

function header(name) {
  const head = []
  for (const line of read(`lua/${name}.lua`).split('\n')) {
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

const STATE = /^local (.+?) = (.+?)\s+-- (per|first) call$/

/** How state gets its first value again. Tables that a call left empty stay: making a dozen of them anew cost a turn two microseconds. */
function resets(names, values) {
  const [left, right] = [names.split(', '), values.split(', ')]
  if (!right.every((value) => value === '{}')) return [`${names} = ${values}`]
  return left.map((name) => `if next(${name}) ~= nil then ${name} = {} end`)
}

/** Code without comments and indentation; key names resolved. */
function bare(text, keys, name) {
  return text
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
}

const DECLARED = /^local (?:function (\w+)|([\w, ]+?)(?: = |\s*$))/

/** Names that a line at the outer level declares. */
function declared(line) {
  const [, one, several] = DECLARED.exec(line) ?? []
  return one ? [one] : (several?.split(/, */) ?? [])
}

/** What Lua allows in one function; the library is one, and a part's own locals lie beside all that were shared before it. */
const MOST_LOCALS = 200
const LIBRARY_LOCALS = 4 // KEYS, ARGV, begun, lent

/** Names in code; what a comment, a text or a field calls by the same word is none. */
const namesIn = (text) => {
  const code = text.replace(/--.*$/gm, '').replace(/'(?:[^'\\]|\\.)*'/g, "''")
  return new Set(code.replace(/(?<=[\w\])])\.[A-Za-z_]\w*/g, '').match(/\b[A-Za-z_]\w*\b/g))
}

/** Scripts that are called all the time: what they use of the parts is at hand. */
const FREQUENT = new Set(['turn', 'submit', 'enqueue', 'beat', 'tend', 'wait'])

/**
 * A part as a block of its own: Lua allows 200 locals in one function, so only the names that others use are declared outside of it.
 * `others`: the text of all other parts, of the frequent scripts, and of what is set at every call. What only other scripts use (`rare`) is lent to them by
 * a table, and taken from it at every call.
 */
function block(lines, others, rare, lent) {
  const used = namesIn(others)
  const shared = []
  const inside = lines.map((line) => {
    const names = declared(line)
    if (!names.some((name) => used.has(name))) {
      const asked = names.filter((name) => rare.has(name))
      for (const name of asked) lent.add(name)
      return line
    }
    shared.push(...names)
    if (line.startsWith('local function ')) return line.slice('local '.length)
    return line.includes(' = ') ? line.slice('local '.length) : ''
  })
  const lends = lines.flatMap(declared).filter((name) => lent.has(name) && !shared.includes(name))
  const out = lends.map((name) => `lent.${name} = ${name}`)
  return `${shared.length > 0 ? `local ${shared.join(', ')}\n` : ''}do\n${[...inside, ...out].join('\n')}\nend`
}

/** Around every script: what it told is written behind it, as one entry (lua/lib/events.lua). */
const WHOLE = `local function whole(script)
return function(keys, args)
begin(keys, args)
LOG.begin()
local answer = script()
LOG.write()
return answer
end
end`

/** The parts of lua/lib in the order in which scripts include them: code that is made once, and the lines that are set at every call. */
function parts(names, keys) {
  const order = []
  const add = (text) => {
    for (const [, part] of text.matchAll(/^-- @include (\w+)$/gm)) {
      if (order.includes(part)) continue
      // What a part includes by itself stands before it.
      add(read(`lua/lib/${part}.lua`))
      order.push(part)
    }
  }
  for (const name of names) add(read(`lua/${name}.lua`))
  const reset = []
  const once = []
  const texts = order.map((part) => {
    const lines = read(`lua/lib/${part}.lua`).split('\n')
    return lines.map((line) => {
      const state = STATE.exec(line)
      if (!state) return line
      if (state[3] === 'first') once.push(`${state[1]} = ${state[2]}`)
      else reset.push(...resets(state[1], state[2]))
      return `local ${state[1]}${/^(\{\}(, )?)+$/.test(state[2]) ? ` = ${state[2]}` : ''}`
    })
  })
  const textsOf = (some) => some.map((name) => read(`lua/${name}.lua`))
  const frequent = textsOf(names.filter((name) => FREQUENT.has(name)))
  const rare = namesIn(textsOf(names.filter((name) => !FREQUENT.has(name))).join('\n'))
  const lent = new Set()
  const code = texts.map((lines, k) => {
    const rest = texts.filter((_, other) => other !== k).flat()
    return bare(block(lines, [...rest, ...frequent, ...once, ...reset, WHOLE].join('\n'), rare, lent), keys, order[k])
  })
  const outer = code.flatMap((text) => declared(text.split('\n', 1)[0]))
  const all = texts.flatMap((lines) => [...new Set(lines.flatMap(declared))])
  const twice = all.find((name, k) => all.indexOf(name) !== k && (lent.has(name) || outer.includes(name)))
  if (twice) throw new Error(`two parts of lua/lib declare ${twice}, and a script would get either`)
  texts.reduce((before, lines, k) => {
    const most = before + lines.flatMap(declared).length
    if (most > MOST_LOCALS)
      throw new Error(`lua/lib/${order[k]}.lua: with it ${most} locals are seen at once, and Lua allows ${MOST_LOCALS}`)
    return before + declared(code[k].split('\n', 1)[0]).length
  }, LIBRARY_LOCALS)
  return { lent, code: code.join('\n'), reset: `if not begun then\nbegun = true\n${once.join('\n')}\nend\n${reset.join('\n')}` }
}

function library(names) {
  const keys = suffixes()
  const { lent, code, reset } = parts(names, keys)
  const functions = names.map((name) => {
    const body = bare(read(`lua/${name}.lua`).replace(/^-- @include.*$/gm, ''), keys, name)
    const flags = header(name).flags ? `flags = { '${header(name).flags}' }, ` : ''
    const taken = [...namesIn(body)].filter((one) => lent.has(one)).map((one) => `local ${one} = lent.${one}\n`)
    return `redis.register_function{ function_name = '${name}_@', ${flags}callback = whole(function()\n${taken.join('')}${body}\nend) }`
  })
  const text = `local KEYS, ARGV, begun\nlocal lent = {}\n${code}\nlocal function begin(keys, args)\nKEYS, ARGV = keys, args\n${reset}\nend\n${WHOLE}\n${functions.join('\n')}\n`
  const version = createHash('sha1').update(text).digest('hex').slice(0, 10)
  return { version, source: `#!lua name=chordis_${version}\n${text.replaceAll("_@'", `_${version}'`)}` }
}

const TYPES = { text: 'string', int: 'number', list: 'readonly Argument[]' }
function typed(name) {
  const head = header(name)
  const parameters = head.args.map((a) => `${a.name}: ${TYPES[a.type]}`).join(', ')
  const values = head.args.map((a) => (a.type === 'list' ? `...${a.name}` : a.name)).join(', ')
  return `  /** ${head.purpose.replace(/^\w+: /, '')} Answers ${head.returns} */\n  ${name}: (${parameters}): ScriptCall => ({ script: '${name}', args: [${values}] }),`
}

function generate() {
  const names = readdirSync(new URL('lua', root))
    .filter((f) => f.endsWith('.lua'))
    .map((f) => f.slice(0, -4))
    .sort()
  const { version, source } = library(names)
  return `// Made by scripts/generate-lua.mjs from lua/*.lua; run \`npm run generate\` after a change there.

/** What a script takes as an argument. */
export type Argument = string | number | Buffer

/** A script and its arguments, ready to be sent to one partition. */
export interface ScriptCall {
  script: ScriptName
  args: Argument[]
}

export type ScriptName = ${names.map((n) => `'${n}'`).join(' | ')}

/**
 * The Redis library that holds every script. Functions are called \`<script>_<version>\` (the version is a digest of the text), so that processes of
 * two releases get along in one Redis.
 */
export const library = {
  version: '${version}',
  source: [
${source
  .split('\n')
  .map((line) => `    ${JSON.stringify(line)},`)
  .join('\n')}
  ].join('\\n'),
}

/** One typed function per script; the contract is the header of its Lua file. */
export const calls = {
${names.map(typed).join('\n')}
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
