/**
 * The free blocks of an arena. A block is found by first fit or by address, and added or taken, in logarithmic time. The structure is a treap:
 * a search tree by address, whose shape follows from a hash of the address. Each node knows the largest block below it.
 */

export interface Block {
  readonly address: number;
  readonly bytes: number;
}

export interface FreeBlocks {
  /** Adds a block, and joins it with the blocks that it touches. It must not overlap any. */
  add(block: Block): void;
  /** Takes `bytes` from the front of the first block (by address) that is large enough. Returns their address, or `undefined`. */
  take(bytes: number): number | undefined;
  /** Takes the block that ends at `end`, if there is one. */
  takeEndingAt(end: number): Block | undefined;
}

interface Node {
  address: number;
  bytes: number;
  readonly priority: number;
  /** Bytes of the largest block in this node and below it. */
  largest: number;
  left: Tree;
  right: Tree;
}

type Tree = Node | undefined;

export function createFreeBlocks(): FreeBlocks {
  let root: Tree;
  /** Blocks by their end, to find the block before an address. The tree finds them by their beginning. */
  const ends = new Map<number, Node>();

  const remove = (node: Node): void => {
    root = without(root, node);
    ends.delete(node.address + node.bytes);
  };

  return {
    add({ address, bytes }) {
      const end = address + bytes;
      const before = ends.get(address);
      const after = find(root, end);
      if (before) {
        if (after) remove(after);
        ends.delete(address);
        before.bytes += bytes + (after?.bytes ?? 0);
        ends.set(before.address + before.bytes, before);
        remeasure(root, before);
      } else if (after) {
        // No other block lies between the two places, so the node stays where it is in the tree.
        after.address = address;
        after.bytes += bytes;
        remeasure(root, after);
      } else {
        const node = { address, bytes, priority: hash(address), largest: bytes, left: undefined, right: undefined };
        const [below, above] = split(root, address);
        root = merge(merge(below, node), above);
        ends.set(end, node);
      }
    },
    take(bytes) {
      const node = firstFit(root, bytes);
      if (!node) return undefined;
      const { address } = node;
      if (node.bytes === bytes) {
        remove(node);
      } else {
        node.address += bytes;
        node.bytes -= bytes;
        remeasure(root, node);
      }
      return address;
    },
    takeEndingAt(end) {
      const node = ends.get(end);
      if (!node) return undefined;
      remove(node);
      return { address: node.address, bytes: node.bytes };
    },
  };
}

function find(tree: Tree, address: number): Tree {
  let node = tree;
  while (node && node.address !== address) node = address < node.address ? node.left : node.right;
  return node;
}

function firstFit(tree: Tree, bytes: number): Tree {
  let node = tree;
  while (node && node.largest >= bytes) {
    if (node.left && node.left.largest >= bytes) node = node.left;
    else if (node.bytes >= bytes) return node;
    else node = node.right;
  }
  return undefined;
}

/** Updates `largest` on the way from the root to `node`, after the node's size has changed. */
function remeasure(tree: Tree, node: Node): void {
  if (!tree) return;
  if (tree !== node) remeasure(node.address < tree.address ? tree.left : tree.right, node);
  measured(tree);
}

function without(tree: Tree, node: Node): Tree {
  if (!tree) return undefined;
  if (tree === node) return merge(tree.left, tree.right);
  if (node.address < tree.address) tree.left = without(tree.left, node);
  else tree.right = without(tree.right, node);
  return measured(tree);
}

/** Splits a tree into the blocks before `address` and the blocks from `address` on. */
function split(tree: Tree, address: number): [below: Tree, above: Tree] {
  if (!tree) return [undefined, undefined];
  if (tree.address < address) {
    const [below, above] = split(tree.right, address);
    tree.right = below;
    return [measured(tree), above];
  }
  const [below, above] = split(tree.left, address);
  tree.left = above;
  return [below, measured(tree)];
}

/** Joins two trees. All blocks of the first lie before those of the second. */
function merge(below: Tree, above: Tree): Tree {
  if (!below || !above) return below ?? above;
  if (below.priority > above.priority) {
    below.right = merge(below.right, above);
    return measured(below);
  }
  above.left = merge(below, above.left);
  return measured(above);
}

function measured(node: Node): Node {
  node.largest = Math.max(node.bytes, node.left?.largest ?? 0, node.right?.largest ?? 0);
  return node;
}

/** Spreads addresses, which come in order, over 32 bits: the last step of MurmurHash3 (Appleby, 2011). */
function hash(address: number): number {
  let h = address >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
