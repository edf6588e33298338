/**
 * Two pages: the rooms at `/`, and a room at `/rooms/:id`.
 * @typedef {{ close(): void }} View
 */

/** @type {(room: string | undefined) => View} */
let open = () => ({ close() {} });
/** @type {View | undefined} */
let view;

/** @param {(room: string | undefined) => View} opener shows a room, or the list of rooms */
export function startRouter(opener) {
  open = opener;
  addEventListener("popstate", show);
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[data-link]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    goTo(link.pathname);
  });
  show();
}

/** @param {string} path */
export function goTo(path) {
  if (path === location.pathname) return;
  history.pushState(null, "", path);
  show();
}

function show() {
  view?.close();
  view = undefined;
  scrollTo(0, 0);
  view = open(/^\/rooms\/([\w-]+)$/.exec(location.pathname)?.[1]);
}
