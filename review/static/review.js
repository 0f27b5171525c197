// Keys, saving without leaving the page, the next picture loaded ahead. Everything works without this file.
// Pictures that can be zoomed: viewer.js.
"use strict";

const SCRIPT = { "X-Review-Script": "1" };
let busy = false;
// Keys that come before a card can have been seen mean nothing, and neither does what is typed on without a pause.
const PAUSE = 400;
let unheard = -Infinity;

// Whether letters and digits are keys is remembered by the browser; speech input and unsteady hands do without them.
function keyed(wish) {
  try {
    if (wish !== undefined) localStorage.setItem("keys", wish ? "on" : "off");
    return localStorage.getItem("keys") !== "off";
  } catch {
    return true;
  }
}

// Which letter does what, by the letter that is delivered; the browser remembers what was changed.
const LETTERS = [..."aresouzc"];

function letters(changed) {
  const delivered = Object.fromEntries(LETTERS.map((letter) => [letter, letter]));
  try {
    if (changed) localStorage.setItem("letters", JSON.stringify(changed));
    return { ...delivered, ...JSON.parse(localStorage.getItem("letters") ?? "{}") };
  } catch {
    return delivered;
  }
}

// The key that the page knows for the one that was pressed; undefined where it means nothing.
function meant(pressed) {
  if (/^([0-9?/]|ArrowLeft|ArrowRight|Escape)$/.test(pressed)) return pressed;
  return LETTERS.find((letter) => letters()[letter] === pressed.toLowerCase());
}

function name(letter) {
  return (letters()[letter] ?? letter).toUpperCase();
}

function nameKeys() {
  document.querySelectorAll("[data-remap]").forEach((field) => (field.value = name(field.dataset.remap)));
  document.querySelectorAll("kbd[data-of]").forEach((key) => (key.textContent = name(key.dataset.of)));
  LETTERS.forEach((letter) => {
    document.querySelectorAll(`[data-key="${letter}"] > kbd`).forEach((key) => (key.textContent = name(letter)));
  });
}

function remap(field) {
  const { remap: letter, wrong } = field.dataset;
  const wish = field.value.toLowerCase();
  const taken = LETTERS.some((other) => other !== letter && letters()[other] === wish);
  field.setCustomValidity(taken || !/^[^\s\d?/]$/u.test(wish) ? wrong : "");
  if (field.reportValidity()) letters({ ...letters(), [letter]: wish });
  nameKeys();
  field.select();
}

// Says one of the texts that the page brought, in its language.
function say(text, problem) {
  const place = document.getElementById("said");
  place.textContent = place.dataset[text].replace("{problem}", problem);
}

function prepare() {
  document.documentElement.classList.add("scripted");
  document.documentElement.classList.toggle("keyless", !keyed());
  const box = document.getElementById("keyed");
  if (box) box.checked = keyed();
  nameKeys();
  // A page that is shown again from the browser's memory must not send the ids of decisions that were made already.
  if (crypto.randomUUID) {
    document.querySelectorAll("[data-uuid]").forEach((field) => (field.value = crypto.randomUUID()));
  }
  document.querySelectorAll("[data-here]").forEach((field) => (field.value = location.pathname + location.search));
  document.querySelector("[data-again]")?.submit();
  bring();
  document.querySelector("#zoom img")?.addEventListener("load", bring, { once: true });
  const ahead = document.getElementById("ahead");
  if (ahead) new Image().src = ahead.dataset.picture;
  propose(document.getElementById("fresh"));
}

// What a decision changes is proposed a moment later, while the next card is there already.
async function propose(place) {
  for (const wait of [300, 600, 1200, 2400, 4800]) {
    await new Promise((done) => setTimeout(done, wait));
    if (!place?.isConnected) return;
    const answer = await fetch(place.dataset.proposals).catch(() => null);
    if (answer?.status === 200) {
      place.innerHTML = await answer.text();
      place.hidden = false;
      return;
    }
  }
}

// In a small window the page's own head makes way for the question.
function bring() {
  const question = document.getElementById("question");
  if (!question) return;
  const actions = document.querySelector(".actions");
  const covered = actions && getComputedStyle(actions).position === "fixed" ? actions.offsetHeight : 0;
  const place = question.getBoundingClientRect();
  if (place.bottom > innerHeight - covered && scrollY < place.top) document.getElementById("card").scrollIntoView();
}

function show(html, address) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const main = document.getElementById("main");
  const typing = document.activeElement?.matches("input, select, textarea");
  const elsewhere = typing && !main.contains(document.activeElement);
  // Whoever types into a field that goes types on for a moment.
  if (typing && !elsewhere) unheard = performance.now();
  main.replaceWith(fresh.getElementById("main"));
  document.title = fresh.title;
  if (address && address !== location.pathname + location.search) history.pushState(null, "", address);
  scrollTo(0, 0);
  prepare();
  const heading = document.querySelector("#question, main h1");
  if (heading && !elsewhere) {
    heading.setAttribute("tabindex", "-1");
    heading.focus({ preventScroll: true });
  }
}

async function send(form, button) {
  if (busy) return;
  busy = true;
  const data = new URLSearchParams(new FormData(form));
  if (button && button.name) data.append(button.name, button.value);
  say("saving");
  try {
    const answer = await fetch(form.action, { method: "POST", headers: SCRIPT, body: data });
    if (answer.redirected) {
      location.assign(answer.url);
      return;
    }
    const html = await answer.text();
    if (answer.status === 401) {
      show(html);
      say("ended");
    } else if (answer.ok || answer.status === 409) {
      show(html, answer.headers.get("Content-Location"));
      say(answer.ok ? "saved" : "late");
    } else {
      const problem = new DOMParser().parseFromString(html, "text/html").querySelector("h1");
      say("failed", problem ? problem.textContent.trim() : answer.status);
    }
  } catch {
    say("offline");
  } finally {
    busy = false;
  }
}

async function go(address, push = true) {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(address);
    const html = await answer.text();
    if (answer.redirected || !/<main id="main"/.test(html)) location.assign(address);
    else show(html, push ? address : null);
  } catch {
    location.assign(address);
  } finally {
    busy = false;
  }
}

let waiting = 0;

async function look(form) {
  const place = document.getElementById(form.dataset.live);
  const typed = form.querySelector("[type=search]").value.trim();
  try {
    const answer = typed ? await fetch(`${form.action}?${new URLSearchParams(new FormData(form))}`) : null;
    if (answer?.redirected) return location.assign(location.href);
    const found = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    // What was typed meanwhile is looked for already.
    if (typed !== form.querySelector("[type=search]").value.trim()) return undefined;
    place.replaceChildren(...(found?.getElementById(form.dataset.live)?.children ?? []));
  } catch {
    say("lost");
  }
  return undefined;
}

function press(wanted) {
  if (wanted === "?") return document.getElementById("keys")?.showModal();
  if (wanted === "z") return document.getElementById("zoom")?.click();
  if (wanted === "/") return document.getElementById("search")?.focus();
  const reasons = document.getElementById("reasons");
  if (wanted === "e" || (wanted === "Escape" && reasons?.open)) {
    if (!reasons) return undefined;
    reasons.open = !reasons.open;
    return reasons.querySelector(reasons.open ? "button" : "summary").focus();
  }
  // While the list is open a key means one of its lines, and nothing else.
  if (reasons?.open) return reasons.querySelector(`[data-reason="${CSS.escape(wanted)}"]`)?.click();
  if (wanted === "o") return document.getElementById("typed")?.focus();
  const target = [...document.querySelectorAll("main [data-key]")].find((element) => element.dataset.key === wanted);
  return target?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  // A dialog that was just closed keeps the focus in its field until the next frame; nobody types there.
  const typing = event.target.closest("input, select, textarea")?.checkVisibility();
  if (typing || document.querySelector("dialog[open]")) return;
  const wanted = meant(event.key);
  if (wanted === undefined || (wanted.length === 1 && !keyed())) return;
  event.preventDefault();
  // The search is above the cards and stays when they change.
  const early = busy || performance.now() - unheard < PAUSE;
  if (early && wanted !== "/") unheard = performance.now();
  else press(wanted);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-remap]")) return remap(event.target);
  const form = event.target.closest("[data-live]");
  if (!form) return undefined;
  clearTimeout(waiting);
  waiting = setTimeout(() => look(form), 200);
  return undefined;
});

document.addEventListener("focusin", (event) => event.target.matches("[data-remap]") && event.target.select());

// From the field, Enter and the arrow lead to what was found; Escape leads back to the keys.
document.addEventListener("keydown", (event) => {
  const form = event.target.closest("[data-live]");
  if (!form) return;
  if (event.key === "ArrowDown") document.querySelector(`#${form.dataset.live} button`)?.focus();
  else if (event.key === "Escape") event.target.blur();
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-live]")) {
    event.preventDefault();
    look(event.target).then(() => document.querySelector(`#${event.target.dataset.live} button`)?.focus());
    return;
  }
  if (!event.target.matches("[data-decide]")) return;
  event.preventDefault();
  send(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest("a[data-key]");
  const picture = event.target.closest("a[data-look]");
  if (picture) {
    if (!document.getElementById("zoomed")) return;
    event.preventDefault();
    lookClosely(picture.getAttribute("href"));
  } else if (link) {
    event.preventDefault();
    go(link.getAttribute("href"));
  } else if (event.target.closest("#help")) {
    if (!busy) document.getElementById("keys").showModal();
  } else if (event.target.closest("#delivered")) {
    letters(Object.fromEntries(LETTERS.map((letter) => [letter, letter])));
    nameKeys();
  } else if (event.target.id === "zoomed") {
    document.getElementById("zoomed").close();
  } else if (event.target.closest("[data-all]")) {
    const on = event.target.checked;
    document.querySelectorAll("[name=chosen]").forEach((box) => (box.checked = on));
  }
});

// On a phone the open reasons cover the lower half of the page: the question goes above them.
document.addEventListener(
  "toggle",
  (event) => {
    const question = document.getElementById("question");
    if (event.target.id !== "reasons" || !event.target.open || !question) return;
    const covered = getComputedStyle(event.target.parentElement).position === "fixed";
    if (covered) question.scrollIntoView({ block: "start" });
  },
  true,
);

document.addEventListener("change", (event) => {
  if (event.target.id !== "keyed") return;
  keyed(event.target.checked);
  prepare();
});

addEventListener("popstate", () => go(location.pathname + location.search, false));
addEventListener("pageshow", prepare);
