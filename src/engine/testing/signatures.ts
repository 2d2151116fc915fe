/** The calls that a canvas is made of. */
import type { Canvas, Signature } from '../canvas/types.js'

/** Every signature in definition order, callbacks behind the canvas that they belong to. At home with any depth. */
export function* signaturesOf(canvas: Canvas): Generator<Signature> {
  const todo = [canvas]
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    if (at.kind === 'task') yield at
    const { link = [], linkError = [] } = at.options
    const parts = [...partsOf(at), ...link, ...linkError]
    for (let k = parts.length - 1; k >= 0; k--) todo.push(parts[k] as Canvas)
  }
}

function partsOf(canvas: Canvas): readonly Canvas[] {
  switch (canvas.kind) {
    case 'task':
      return []
    case 'chain':
      return canvas.steps
    case 'group':
      return canvas.members
    case 'chord':
      return [...canvas.header, canvas.body]
    case 'graph':
      return canvas.nodes.map((node) => node.canvas)
  }
}
