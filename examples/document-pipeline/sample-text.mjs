/**
 * The words of the sample document, "A Field Guide to Queues": a small grammar and a seeded generator of chance.
 *
 * The same seed gives the same text on every machine, so that sample.pdf can be made again byte for byte and tests know its words.
 * The text was written for this repository. Used by make-sample.mjs only.
 */

/** Chapter title, its people (plural), what they carry, where it lives, the one thing it is known for. */
const SPECIES = [
  ['The Bakery Queue', 'customers', 'loaves', 'bakery', 'warm bread before seven'],
  ['The Print Spooler', 'documents', 'pages', 'office', 'a paper jam on the day of the deadline'],
  ['The Harbour Queue', 'ships', 'containers', 'harbour', 'patience measured in tides'],
  ['The Post Office Queue', 'parcels', 'stamps', 'sorting hall', 'numbered tickets that nobody keeps'],
  ['The Mountain Lift Queue', 'skiers', 'season passes', 'valley station', 'elbows, poles and good manners'],
  ['The Emergency Queue', 'patients', 'charts', 'hospital', 'an order that has nothing to do with arrival'],
  ['The Message Broker', 'messages', 'envelopes', 'data centre', 'delivering everything at least once'],
  ['The Railway Junction', 'trains', 'wagons', 'signal box', 'a timetable that is also a promise'],
  ['The Library Reserve List', 'readers', 'novels', 'reading room', 'a waiting time of one long winter'],
  ['The Restaurant Pass', 'orders', 'plates', 'kitchen', 'a bell that forgives no delay'],
  ['The Runway Queue', 'aircraft', 'flight plans', 'control tower', 'wake turbulence and quiet voices'],
  ['The Harvest Queue', 'tractors', 'grapes', 'cooperative', 'a whole year decided in nine days'],
  ['The Theatre Box Office', 'spectators', 'tickets', 'foyer', 'one seat left, behind the pillar'],
]

const SLOTS = {
  time: ['dawn', 'noon', 'dusk', 'midnight', 'the first frost', 'the end of the month', 'the lunch break', 'the change of shift'],
  season: ['spring', 'summer', 'autumn', 'winter', 'the holiday season', 'the quiet weeks of January'],
  calm: ['steady', 'orderly', 'unhurried', 'predictable', 'patient', 'well behaved', 'almost silent'],
  wild: ['restless', 'crowded', 'impatient', 'irregular', 'noisy', 'bursty', 'close to bursting'],
  keeper: ['keeper', 'dispatcher', 'clerk', 'foreman', 'operator', 'steward', 'porter'],
  tool: ['ledger', 'whistle', 'clipboard', 'telescope', 'stopwatch', 'lantern', 'chalkboard', 'counter'],
  measure: ['arrival rate', 'service time', 'waiting time', 'length at noon', 'number of abandoned places', 'variance of the gaps'],
  fault: [
    'a lost ticket',
    'a sleeping worker',
    'a duplicate entry',
    'a broken lamp',
    'an unexpected detour',
    'a jammed door',
    'a power cut',
  ],
  cure: [
    'a second counter',
    'a shorter form',
    'an honest sign',
    'a spare worker',
    'a limit at the door',
    'a slower conveyor',
    'a quiet apology',
  ],
  virtue: ['fairness', 'order', 'throughput', 'kindness', 'memory', 'restraint', 'visibility'],
  number: ['three', 'seven', 'eleven', 'nineteen', 'forty', 'ninety', 'two hundred', 'a thousand'],
  expert: ['surveyor', 'mathematician', 'engineer', 'naturalist', 'historian', 'accountant', 'lighthouse keeper'],
}

/** `{people}`, `{load}`, `{home}`, `{fame}` come from the species, the other slots from SLOTS. */
const SENTENCES = [
  'Look for it in the {home} at {time}, when the {people} are {calm} and the light is good.',
  'It is known among collectors for {fame}.',
  'At {time} the queue turns {wild}, and {number} {people} may arrive before the {keeper} has put down the {tool}.',
  'The {keeper} counts {load} with a {tool} and trusts no other record.',
  'Its {measure} doubles in {season}, yet the {people} at the front rarely notice.',
  'A {expert} once watched it for {number} days and wrote down nothing but the {measure}.',
  'When {fault} stops the line, the {people} behind it wait, and the {load} pile up as far as the door.',
  'The usual remedy is {cure}; the better one, every {expert} agrees, is {cure} and a little {virtue}.',
  'Nobody in the {home} remembers who came first, which is why the {tool} does.',
  'Young specimens are {wild}; with age they grow {calm} and learn the value of {virtue}.',
  'Two queues that share one {keeper} behave like a single longer queue with less {virtue}.',
  'If you hear the {tool} twice, {fault} has been repaired and the {people} move again.',
  'In {season} it feeds on {load}, at a rate of {number} an hour, and sleeps at {time}.',
  'Never stand between the {keeper} and the {load}.',
  'What looks like {fault} is often only the {measure} catching up with the forecast.',
  'A worker that falls asleep here is replaced within {number} seconds, and its {load} are handed to a neighbour.',
  'The {people} accept almost any delay so long as somebody explains it before {time}.',
  'Splitting the line into {number} lanes shortens the wait but costs {virtue}.',
  'Every member of the group does its part alone, and only when the last has finished does the {keeper} write the report.',
  'Results are gathered in the order of the list, not in the order of arrival, and the {expert} is grateful for it.',
  'A chain of {number} steps is as quick as its slowest step, and as sure as its weakest {tool}.',
  'The older guides call this behaviour {calm}; the newer ones, having measured the {measure}, call it {wild}.',
  'Its natural enemy is {fault}, closely followed by a manager who has discovered the {tool}.',
  'Field notes from {season} mention {number} {people} who had joined the wrong queue and stayed out of {virtue}.',
  'Should the {home} close early, the {load} are kept in place until {time} and nothing is thrown away.',
  'Acknowledge each of the {load} once, and once only, however often the bell rings.',
  'It has been said that {virtue} cannot be queued for; the {people} of the {home} disagree.',
  'Before you leave, note the {measure}, thank the {keeper} and close the door on {fault}.',
]

/** A page takes paragraphs until this much is used up at most; the last one (up to 900 characters) still fits below. */
const MOST_CHARACTERS = 1600

const HEADINGS = [
  ['Habitat', 'First sighting', 'Where to look'],
  ['Behaviour', 'Daily rhythm', 'Habits and rules'],
  ['Dangers', 'Field notes', 'What goes wrong'],
]

/** mulberry32: a small deterministic source of numbers in [0, 1). */
export function seededRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const pick = (random, list) => list[Math.floor(random() * list.length)]

function fill(random, template, [, people, load, home, fame]) {
  const own = { people, load, home, fame }
  const text = template.replace(/\{(\w+)\}/g, (_, slot) => own[slot] ?? pick(random, SLOTS[slot]))
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A paragraph takes its sentences from `deck`, which is shuffled anew when empty: no sentence comes twice in a row. */
function paragraph(random, species, deck, sentences) {
  const parts = []
  for (let i = 0; i < sentences; i++) {
    if (deck.length === 0) deck.push(...SENTENCES.map((text) => [random(), text]).sort((a, b) => a[0] - b[0]))
    parts.push(fill(random, deck.pop()[1], species))
  }
  return parts.join(' ')
}

function chapterPage(random, species, part) {
  const blocks = part === 0 ? [{ style: 'title', text: species[0] }] : []
  blocks.push({ style: 'heading', text: pick(random, HEADINGS[part]) })
  const deck = []
  let room = 400 + Math.floor(random() * MOST_CHARACTERS)
  while (room > 0) {
    const text = paragraph(random, species, deck, 3 + Math.floor(random() * 5))
    blocks.push({ style: 'body', text })
    room -= text.length
  }
  return blocks
}

const cover = () => [
  { style: 'title', text: 'A Field Guide to Queues' },
  { style: 'heading', text: 'With notes on chains, groups and chords' },
  {
    style: 'body',
    text: 'A sample document for the Chordis demo. Every sentence in it was put together by a small program, in good spirits.',
  },
]

const contents = (pages) => [
  { style: 'title', text: 'Contents' },
  ...SPECIES.filter((_, i) => 3 + i * 3 < pages).map(([name], i) => ({ style: 'body', text: `${name}, page ${3 + i * 3}` })),
]

const afterword = () => [
  { style: 'title', text: 'Afterword' },
  { style: 'body', text: 'A queue is a promise that somebody will come. A chord is a promise that somebody will count.' },
  { style: 'body', text: 'If you have read this far, you have waited your turn.' },
]

/** The blocks of each page: `{style: 'title' | 'heading' | 'body', text}`. At most 41 chapter pages repeat no species. */
export function samplePages(pages, seed = 1) {
  const random = seededRandom(seed)
  const front = pages >= 5 ? [cover(), contents(pages)] : [cover()]
  const back = pages >= 4 ? [afterword()] : []
  const chapters = Array.from({ length: Math.max(0, pages - front.length - back.length) }, (_, i) =>
    chapterPage(random, SPECIES[Math.floor(i / 3) % SPECIES.length], i % 3),
  )
  return [...front, ...chapters, ...back].slice(0, pages)
}
