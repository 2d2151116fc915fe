/**
 * The table of rules and the cases that show them: docs/conformance.md. Pure.
 *
 * A rule is a numbered item of a numbered section of docs/canvas-semantics.md. A case of own.json names its rule; those of edge.json are named by
 * test/conformance/edge-rules.json. A random case is built of many things at once and is written for no rule: what it contains is only counted.
 */

/** The features of random.json and the rules that their outcome depends on. */
const RANDOM = {
  1.2: ['immutable'],
  2.1: ['chain'],
  2.4: ['chain', 'fail'],
  3.1: ['group'],
  4.1: ['chord'],
  4.3: ['chord', 'fail'],
  5.2: ['link', 'link_error'],
  6.1: ['replace', 'replace-chain'],
  7.1: ['retry'],
  7.2: ['countdown'],
}
/** Rules whose features must all be in a case; elsewhere one is enough. */
const ALL_OF = new Set(['2.4', '4.3'])

/** `[{ number, text, notYet }]` in the order of the document; `text` is the first sentence. */
export function rulesOf(semantics) {
  const rules = []
  let section = ''
  for (const line of semantics.split('\n')) {
    const heading = /^## (\d+)\. (.*)$/.exec(line)
    const item = /^(\d+)\. (.*)$/.exec(line)
    if (heading) section = heading[1]
    else if (/^#/.test(line)) section = ''
    else if (item && section !== '') rules.push({ number: `${section}.${item[1]}`, lines: [item[2]] })
    else if (/^ {3}\S/.test(line) && section !== '') rules.at(-1)?.lines.push(line.trim())
  }
  return rules.map(({ number, lines }) => {
    const whole = lines.join(' ')
    return { number, text: firstSentence(whole), notYet: whole.includes('_not yet_') }
  })
}

/** In one line, without the names of Celery's tests. */
function firstSentence(text) {
  const bare = text.replace(/ ?\[[UI] [^\]]*\]/g, '').replace(/^\*\*Chordis\*\*: /, '')
  const [sentence] = bare.split(/(?<=[.`)]) (?=[A-Z`*])/, 1)
  const short = sentence.length > 200 ? `${sentence.slice(0, sentence.lastIndexOf(' ', 200))} …` : sentence
  return short.replace(/\.$/, '').replaceAll('|', '\\|')
}

/**
 * Answers the document's text, and what is wrong: rules without a case, cases of rules that do not exist.
 * A rule that is _not yet_ built as a whole (it begins with the mark) needs no case.
 */
export function conformanceTable({ semantics, own, edge, edgeRules, random }) {
  const rules = rulesOf(semantics)
  const known = new Set(rules.map(({ number }) => number))
  const edgeIds = new Set(edge.map(({ id }) => id))
  const faults = [
    ...own.filter(({ rule }) => !known.has(rule)).map(({ id, rule }) => `own.json: ${id} shows rule ${rule}, which does not exist`),
    ...Object.keys(edgeRules).flatMap((rule) => (known.has(rule) ? [] : [`edge-rules.json: there is no rule ${rule}`])),
    ...Object.values(edgeRules).flatMap((ids) =>
      ids.filter((id) => !edgeIds.has(id)).map((id) => `edge-rules.json: there is no case ${id}`),
    ),
  ]
  const rows = rules.map(({ number, text, notYet }) => {
    const ids = own.filter(({ rule }) => rule === number).map(({ id }) => id)
    const edges = edgeRules[number] ?? []
    const planned = /^_not yet_/i.test(text)
    if (ids.length + edges.length === 0 && !planned) faults.push(`rule ${number} has no case: ${text}`)
    const cases = [...edges, ...ids].map((id) => `\`${id}\``).join(' ')
    const count = randomCases(number, random)
    return `| ${number} | ${text}${planned ? '' : notYet ? ' (in part _not yet_)' : ''} | ${cases || '_not yet_'} | ${count || ''} |`
  })
  return { text: document(rows, { own, edge, random }), faults }
}

function randomCases(number, random) {
  const features = RANDOM[number]
  if (features === undefined) return 0
  const has = (one) =>
    ALL_OF.has(number) ? features.every((f) => one.features.includes(f)) : features.some((f) => one.features.includes(f))
  return random.filter(has).length
}

const document = (
  rows,
  { own, edge, random },
) => `<!-- Made by scripts/generate-conformance.mjs; run \`npm run generate\` after a change. -->

# Rules and the cases that show them

Every numbered rule of [canvas-semantics.md](canvas-semantics.md) by its first words, and the cases of
[\`test/conformance\`](../test/conformance/README.md) that were written for it: each would fail if the rule were broken.
\`e…\` are the ${edge.length} of \`edge.json\`, in Celery's JSON and with what a real Celery gave; names are the ${own.length} of \`own.json\`. The last column counts
cases of \`random.json\` (${random.length}) that contain what the rule is about; none of them stands for a rule by itself.

| rule | says | cases | random |
| ---- | ---- | ----- | ------ |
${rows.join('\n')}
`
