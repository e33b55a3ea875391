// Bring the children of an element in line with a list, touching only what changed.

const kept = new WeakMap();

/** `items` are `{key, signature, build(oldNode)}`; a node is built again only when its signature changes. */
export function reconcile(parent, items) {
  const known = kept.get(parent) ?? new Map();
  const next = new Map();
  const wanted = new Set(items.map((item) => item.key));
  for (const [key, { node }] of known) if (!wanted.has(key)) node.remove();
  let cursor = parent.firstChild;
  for (const item of items) {
    const old = known.get(item.key);
    let node = old?.node;
    if (!old || old.signature !== item.signature) {
      node = item.build(old?.node);
      if (old && old.node !== node) {
        const focused = old.node.contains(document.activeElement);
        if (cursor === old.node) cursor = node;
        old.node.replaceWith(node);
        if (focused) node.focus({ preventScroll: true });
      }
    }
    if (node === cursor) cursor = cursor.nextSibling;
    else parent.insertBefore(node, cursor);
    next.set(item.key, { node, signature: item.signature });
  }
  kept.set(parent, next);
}
