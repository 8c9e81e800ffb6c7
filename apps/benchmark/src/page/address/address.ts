/** The address of the page as signals. Views read and set their state here. The address bar follows the state, and a new address sets the state. */

import { batch, computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { FIRST_VIEW, type ViewName, VIEWS } from "../views.js";
import { type Fields, readAddress, standardState, type StateOf, writeAddress } from "./codec.js";

type StateOfView<V extends ViewName> = StateOf<(typeof VIEWS)[V]["fields"]>;
type AnyState = Readonly<Record<string, unknown>>;

const FIELDS: Record<ViewName, Fields> = {
  compare: VIEWS.compare.fields,
  explain: VIEWS.explain.fields,
  playground: VIEWS.playground.fields,
};

const current = signal<ViewName>(FIRST_VIEW);
/** The states of the views. A view keeps its state while another view is shown. */
const states = Object.fromEntries(
  Object.entries(FIELDS).map(([name, fields]) => [name, signal<AnyState>(standardState(fields))]),
) as Record<ViewName, ReturnType<typeof signal<AnyState>>>;

/** The present view. */
export const view: ReadonlySignal<ViewName> = current;

/** Faults in the link that was opened last. */
export const linkNotices = signal<readonly string[]>([]);

const address = computed(() => addressOf(current.value));

/** The address of a view with its present state, from `#` on. */
export function addressOf(name: ViewName): string {
  return writeAddress(name, FIELDS[name], states[name].value as StateOf<Fields>);
}

/** A view's state. It changes by `setState`, and when a link is opened. */
export function stateOf<V extends ViewName>(name: V): ReadonlySignal<StateOfView<V>> {
  // Cast: the table has one type for the states of all views. This state was made by the view's own fields.
  return states[name] as unknown as ReadonlySignal<StateOfView<V>>;
}

/** Changes some values of a view's state. The address bar shows them soon afterwards, without a new entry in the history. */
export function setState<V extends ViewName>(name: V, change: Partial<StateOfView<V>>): void {
  states[name].value = { ...states[name].peek(), ...change };
}

/** Milliseconds between two writes. Browsers refuse more than about 100 addresses in 10 s, and a slider or an animation makes more. */
const WRITE_EVERY = 250;

/** Reads the address now and whenever the reader changes it. Writes the address whenever the state changes. */
export function startAddress(): void {
  /** The address that was read or written last. Another one is a link that was opened a moment ago, and is read soon. */
  let known = "";
  const read = (): void => {
    known = location.hash;
    const { view: name, state, notices } = readAddress(known, FIELDS, FIRST_VIEW);
    batch(() => {
      current.value = name as ViewName;
      states[name as ViewName].value = state;
      linkNotices.value = notices;
    });
  };
  read();
  addEventListener("hashchange", () => {
    known = location.hash;
    if (known !== address.peek()) read();
  });
  let timer: number | undefined;
  const write = (): void => {
    timer = undefined;
    if (location.hash !== known || known === address.peek()) return;
    history.replaceState(null, "", address.peek());
    known = location.hash;
  };
  effect(() => {
    const next = address.value;
    // Cast: a page's timers are numbers, but the program has Node's types too.
    if (location.hash !== next) timer ??= setTimeout(write, WRITE_EVERY) as unknown as number;
  });
  // The last change must not be lost if the reader leaves the page before the timer.
  addEventListener("pagehide", write);
}

/** The complete link to the present view. */
export function currentLink(): string {
  return new URL(address.peek(), location.href).href;
}
