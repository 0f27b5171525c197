// Pictures that can be zoomed and moved, by OpenSeadragon, which is fetched when the first one is opened.
"use strict";

const LIBRARY = "/static/openseadragon/openseadragon.min.js";
let library = null;

function loadLibrary() {
  library ??= new Promise((done, failed) => {
    // The library writes a style for phones unless one is there; the page's policy allows no styles but its own file.
    const place = document.createElementNS("urn:vlkge", "style");
    place.setAttribute("data-openseadragon-mobile-css", "");
    document.head.append(place);
    const script = Object.assign(document.createElement("script"), { src: LIBRARY, onload: done, onerror: failed });
    document.head.append(script);
  });
  return library;
}

// Each place names descriptions of its picture, the best first; where none opens, the plain picture stays.
async function unfold(places) {
  try {
    await loadLibrary();
  } catch {
    return;
  }
  places.filter((place) => place.isConnected && place.dataset.sources && !place.viewer).forEach(enlarge);
}

function enlarge(place) {
  const sources = place.dataset.sources.split(" ");
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const canvas = place.appendChild(document.createElement("div"));
  canvas.className = "canvas";
  const viewer = OpenSeadragon({
    element: canvas, drawer: "canvas", showNavigationControl: false, maxZoomPixelRatio: 4, visibilityRatio: 0.5,
    animationTime: still ? 0 : 0.4, gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  });
  place.viewer = viewer;
  viewer.canvas.setAttribute("role", "application");
  viewer.canvas.setAttribute("aria-label", place.dataset.name);
  viewer.addHandler("open", () => place.classList.add("opened"));
  viewer.addHandler("open-failed", () => sources.length && viewer.open(sources.shift()));
  viewer.open(sources.shift());
}

// The pictures of a page for looking closely, in a dialog above this page.
async function lookClosely(address) {
  const dialog = document.getElementById("zoomed");
  const answer = await fetch(address).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(address);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("look");
  // The next card may have come meanwhile.
  if (!dialog.isConnected) return undefined;
  fold();
  dialog.append(found);
  if (!dialog.open) dialog.showModal();
  return unfold([...found.querySelectorAll(".deep")]);
}

function fold() {
  document.querySelectorAll("#zoomed .deep").forEach((place) => place.viewer?.destroy());
  document.querySelector("#zoomed #look")?.remove();
}

document.addEventListener("click", (event) => {
  const lever = event.target.closest("[data-zoom]");
  const viewport = lever?.closest("figure").querySelector(".deep").viewer?.viewport;
  if (!viewport) return;
  const factor = Number(lever.dataset.zoom);
  if (factor) viewport.zoomBy(factor).applyConstraints();
  else viewport.goHome();
});

document.addEventListener("close", (event) => event.target.id === "zoomed" && fold(), true);
addEventListener("pageshow", () => unfold([...document.querySelectorAll("main > .closeup .deep")]));
