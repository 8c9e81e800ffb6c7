/** The frame of the page: head, navigation, notices, and the view of the address. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { addressOf, view } from "./address/address.js";
import { Foot } from "./foot.js";
import { Notices } from "./notices.js";
import { ThemeSwitch } from "./look/theme-switch.js";
import { type ViewName, VIEWS } from "./views.js";

type Loaded = { readonly component: ComponentType } | { readonly failed: string };
const loaded = signal<Partial<Record<ViewName, Loaded>>>({});
const NAMES = Object.keys(VIEWS) as ViewName[];

async function load(name: ViewName): Promise<void> {
  if (loaded.peek()[name]) return;
  let result: Loaded;
  try {
    result = { component: (await VIEWS[name].load()).default };
  } catch (error) {
    result = { failed: error instanceof Error ? error.message : String(error) };
  }
  loaded.value = { ...loaded.peek(), [name]: result };
}

export function Page() {
  const name = view.value;
  const { title, about } = VIEWS[name];
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${title} · Convene`;
    void load(name);
    // The focus on the heading tells a screen reader about a new view. On the first view it reads the page by itself.
    if (!first.current) heading.current?.focus();
    first.current = false;
  }, [name, title]);
  return (
    <>
      <header class="head">
        <a class="skip" href="#main" onClick={skipTo}>
          Skip to the {title.toLowerCase()} view
        </a>
        <a class="brand" href="#explain">
          <Mark />
          <span>Convene</span>
        </a>
        <nav aria-label="Views">
          {NAMES.map((each) => (
            <a key={each} href={addressOf(each)} aria-current={each === name ? "page" : undefined}>
              {VIEWS[each].title}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </header>
      <main id="main" tabIndex={-1} data-view={name}>
        <Notices />
        <div class="view-head">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          <p>{about}</p>
        </div>
        <Shown name={name} />
      </main>
      <Foot />
    </>
  );
}

/** Moves the focus by hand, because the part of the address after `#` is the page's state. */
function skipTo(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Shown({ name }: { readonly name: ViewName }) {
  const state = loaded.value[name];
  if (!state) {
    return (
      <p class="loading" role="status">
        Loading…
      </p>
    );
  }
  if ("failed" in state) {
    return (
      <div class="notice bad" role="alert">
        <p>
          {VIEWS[name].title} could not be loaded ({state.failed}). The other views still work. Reload the page to try
          again.
        </p>
      </div>
    );
  }
  const View = state.component;
  return <View />;
}

/** The logo: two groups of channels, each with its own output. */
function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <g class="mark-a">
        <rect x="2" y="3" width="7" height="7" rx="1.5" />
        <rect x="2" y="12.5" width="7" height="7" rx="1.5" />
        <rect x="23" y="7.500" width="7" height="7" rx="1.5" />
      </g>
      <g class="mark-b">
        <rect x="2" y="22" width="7" height="7" rx="1.5" />
        <rect x="23" y="17.500" width="7" height="7" rx="1.5" />
      </g>
      <path d="M10.500 6.500 21.500 10.500M10.500 16 21.500 11.500M10.500 25.500 21.500 21.500" />
    </svg>
  );
}
