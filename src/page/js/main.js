// Which view is shown, and what goes with every view.
const heading = (title, below) => h("div", { class: "heading" }, h("h1", { tabindex: "-1" }, title), below && h("p", null, below));
const lostView = () => ({ title: "Not here", parts: [heading("Not here", "The address leads to nothing in this report."), h("p", null, link("", "To the beginning"))] });

const VIEWS = [
  ["clients", "Caseload", caseloadView, () => book.clients.length > 0],
  ["sessions", "Sessions", sessionsView, () => true],
  ["corpus", "Corpus", corpusView, () => true],
  ["about", "How to read this", aboutView, () => true],
];
const tabs = VIEWS.filter(([, , , has]) => has());
/** The tab that a view belongs to. */
const home = (name, index) => ({ client: "clients", session: book.sessions[index]?.client === undefined ? "sessions" : "clients" })[name] ?? name;

const main = document.getElementById("main");
const show = (moved) => {
  const [name = "", first, second] = location.hash.replace(/^#\/?/, "").split("/");
  if ((name === "session" || name === "client") && !words) {
    // An old browser may not know how to unpack: codes and numbers are shown all the same.
    loadWords().catch(() => { words = []; }).then(() => show(moved));
    return;
  }
  const view = name === "client" ? clientView(Number(first))
    : name === "session" ? sessionView(Number(first), second === undefined ? undefined : Number(second))
      : (VIEWS.find(([key]) => key === (name || tabs[0][0]))?.[2] ?? lostView)();
  main.replaceChildren(...[view.parts].flat(9).filter(Boolean));
  main.dataset.view = location.hash.replace(/^#\/?/, "");
  document.title = `${view.title} · Breakthrough report`;
  const here = home(name || tabs[0][0], Number(first));
  document.getElementById("nav").replaceChildren(...tabs.map(([key, title]) => h("li", null, h("a", { href: `#/${key}`, "aria-current": key === here ? "page" : null }, title))));
  if (!moved) return;
  const target = view.focus && document.getElementById(view.focus);
  if (!target) window.scrollTo(0, 0);
  (target || main.querySelector("h1"))?.focus({ preventScroll: !target });
};

// Charts are as wide as there is room: drawn anew when that changes, but not while somebody types.
let width = window.innerWidth;
let wait = 0;
window.addEventListener("resize", () => {
  clearTimeout(wait);
  wait = setTimeout(() => {
    if (window.innerWidth !== width && document.activeElement?.tagName !== "INPUT") show(false);
    width = window.innerWidth;
  }, 150);
});
window.addEventListener("hashchange", () => { if (location.hash !== "#main") show(true); });
document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });

const made = book.run ? `${book.run.program} ${book.run.version}, model ${book.run.model} ${book.run.model_version}, ${book.run.finished.slice(0, 10)}. ` : "";
build(document.getElementById("foot"), null, [
  ...book.notices.map((notice) => h("p", { class: "notice" }, notice)),
  h("p", null, made, "Codes are suggestions by a model, not findings about a person. ",
    book.run?.model === "minilm" && "What it learned from was coded by a language model, not by clinicians. ",
    book.text ? "This file holds words of sessions: keep it as you keep them." : "This file holds no words of sessions beyond their ids.")]);
show(false);
