/** What is ready, by priority: 0 first, and in the order of arrival within one. Every operation takes constant time. */

interface List<T> {
  items: T[]
  head: number
}

const PRIORITIES = 10
/** Fewer places than this that were taken stay at the head of a list. */
const CUT = 1_024

export class ReadyLists<T> {
  private readonly lists: List<T>[] = Array.from({ length: PRIORITIES }, () => ({ items: [], head: 0 }))
  size = 0

  /** `front`: before all others of its priority. */
  push(item: T, priority: number, front = false): void {
    const list = this.lists[priority] as List<T>
    this.size++
    if (!front) list.items.push(item)
    else if (list.head > 0) list.items[--list.head] = item
    else list.items.unshift(item)
  }

  /** All of it, the most urgent first, with the priority that each has; nothing is left. */
  takeAll(): { item: T; priority: number }[] {
    const all = this.lists.flatMap(({ items, head }, priority) => items.slice(head).map((item) => ({ item, priority })))
    for (const list of this.lists) Object.assign(list, { items: [], head: 0 })
    this.size = 0
    return all
  }

  pop(): T | undefined {
    const list = this.lists.find(({ items, head }) => head < items.length)
    if (list === undefined) return undefined
    this.size--
    const item = list.items[list.head++]
    if (list.head >= CUT && 2 * list.head >= list.items.length) {
      list.items.splice(0, list.head)
      list.head = 0
    }
    return item
  }
}
