import { about } from "./api.js";
import { camera } from "./camera.js";
import { Card } from "./card.js";

const at = id => document.getElementById(id);
const cards = [];
let limits = { body: 32 << 20 };

const note = text => { at("notice").textContent = text; at("notice").hidden = !text; };

const settings = () => ({
  best: Number(document.querySelector("input[name=best]:checked").value),
  beam: Number(at("beam").value),
});

const size = bytes => (bytes / (1 << 20)).toFixed(bytes < 10 << 20 ? 1 : 0) + " MB";

// add puts pictures on the page, the newest first, and has them described.
const add = files => {
  note("");
  const list = Array.from(files);
  for (const file of list) {
    const card = new Card(file, file.name || "pasted picture", settings, gone);
    cards.unshift(card);
    at("cards").prepend(card.root);
    if (file.size > limits.body) {
      card.state("");
      card.fail(`This file has ${size(file.size)}, and the server takes up to ${size(limits.body)}. Export it smaller`);
    } else {
      card.describe();
    }
  }
  document.body.classList.toggle("some", cards.length > 0);
  if (list.length) cards[0].root.scrollIntoView({ block: "nearest" });
};

const gone = card => {
  cards.splice(cards.indexOf(card), 1);
  document.body.classList.toggle("some", cards.length > 0);
  (cards.length ? at("cards").querySelector(".word") || at("browse") : at("browse")).focus();
};

// take reads what was dropped or pasted.
const take = data => {
  if (data.files.length) return add(data.files);
  if (data.types.includes("text/uri-list") || data.types.includes("text/html")) {
    note("That was the address of a picture, not a picture. Save it first, then drop the file: this server fetches nothing.");
  }
};

// Browse and camera
at("browse").addEventListener("click", () => at("files").click());
for (const id of ["files", "snapshot"]) {
  at(id).addEventListener("change", event => { add(event.target.files); event.target.value = ""; });
}
at("camera").addEventListener("click", camera(add, note));

// The whole window takes what is dropped
let depth = 0;
addEventListener("dragenter", event => { event.preventDefault(); depth++; at("veil").hidden = false; });
addEventListener("dragover", event => event.preventDefault());
addEventListener("dragleave", () => { if (--depth <= 0) { depth = 0; at("veil").hidden = true; } });
addEventListener("drop", event => { event.preventDefault(); depth = 0; at("veil").hidden = true; take(event.dataTransfer); });

document.addEventListener("paste", event => {
  if (event.target.closest?.("input:not([type=range]):not([type=radio])")) return;
  take(event.clipboardData);
});

// Settings describe all pictures anew, once the hand rests
let rest = null;
at("settings").addEventListener("input", () => {
  at("width").value = at("beam").value;
  clearTimeout(rest);
  rest = setTimeout(() => cards.filter(card => card.answer).forEach(card => card.describe()), 300);
});
at("settings").addEventListener("submit", event => event.preventDefault());

about().then(server => {
  limits = server;
  at("model").textContent = server.model === "seetell" ? "" : server.model;
  at("beam").max = server.max_beam;
  at("beam").value = at("width").value = server.beam;
}).catch(() => note("The server cannot be reached. Is it still running?"));
