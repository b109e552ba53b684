import { post } from "./api.js";
import { draw, scaleOf } from "./attention.js";

const percent = p => p >= .995 ? "99 %" : p < .005 ? "<1 %" : Math.round(100 * p) + " %";

// How many pictures are sent at once; the others wait their turn.
const lanes = 2;
let running = 0;
const line = [];
const turn = () => new Promise(go => { line.push(go); next(); });
const next = () => { while (running < lanes && line.length) { running++; line.shift()(); } };
const done = () => { running--; next(); };

// Card is one picture with what the model says of it.
export class Card {
  constructor(file, name, asked, removed) {
    this.file = file;
    this.asked = asked; // a function: what the settings say now
    const root = this.root = document.getElementById("card").content.firstElementChild.cloneNode(true);
    this.find = selector => root.querySelector(selector);
    this.image = this.find("img");
    this.canvas = this.find("canvas");
    this.find(".name").textContent = name;
    this.find(".name").title = name;
    this.find(".copy").addEventListener("click", () => this.copy());
    this.find(".sheet").addEventListener("click", () => this.download());
    this.find(".again").addEventListener("click", () => this.describe());
    this.find(".remove").addEventListener("click", () => { this.close(); removed(this); });
    root.addEventListener("keydown", event => { if (event.key === "Escape") this.show(null); });
    this.address = URL.createObjectURL(file);
    this.image.addEventListener("load", () => this.shape(this.image.naturalWidth, this.image.naturalHeight));
    this.image.addEventListener("error", () => this.unseen());
    this.image.src = this.address;
  }

  close() {
    this.stop?.abort();
    URL.revokeObjectURL(this.address);
    this.root.remove();
  }

  // shape lays the card out by the picture's form.
  shape(width, height) {
    this.root.classList.toggle("wide", width > 2.2 * height);
    this.root.classList.toggle("tall", height > 1.8 * width);
  }

  // unseen stands in for a picture that the browser cannot show.
  unseen() {
    this.image.hidden = true;
    this.find(".frame").classList.add("blank");
    this.find(".unseen").hidden = false;
    this.find(".unseen").textContent = "This browser cannot show pictures of this kind.";
  }

  state(text) {
    this.find(".busy").hidden = !text;
    this.find(".state").textContent = text || "";
    this.root.classList.toggle("working", !!text);
  }

  // describe asks for captions, and again when the settings change.
  async describe() {
    this.stop?.abort();
    const stop = this.stop = new AbortController();
    this.fail("");
    this.state("Waiting for its turn");
    await turn();
    try {
      if (stop.signal.aborted) return;
      this.state("Looking");
      const { best, beam } = this.asked();
      const query = `best=${Math.min(best, beam)}&beam=${beam}&attention=true`;
      const response = await post("caption?" + query, this.file, text => this.state(text), stop.signal);
      this.fill(await response.json());
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fail(error.message);
    } finally {
      done();
      if (stop === this.stop) this.state("");
    }
  }

  fail(text) {
    const failed = !!text;
    this.root.classList.toggle("failed", failed);
    this.find(".error").hidden = !failed;
    this.find(".error").textContent = failed ? text[0].toUpperCase() + text.slice(1) + (/[.?!…]$/.test(text) ? "" : ".") : "";
    this.find(".again").hidden = !failed;
    if (!failed) return;
    for (const part of [".caption", ".others", ".about"]) this.find(part).replaceChildren();
    for (const part of [".copy", ".sheet"]) this.find(part).hidden = true;
    this.show(null);
  }

  fill(answer) {
    this.answer = answer;
    this.shape(answer.picture.width, answer.picture.height);
    if (this.image.hidden) {
      const frame = this.find(".frame");
      frame.style.aspectRatio = `${answer.picture.width} / ${answer.picture.height}`;
    }
    const others = this.find(".others");
    others.replaceChildren(...(answer.captions.length < 2 ? [] : answer.captions.map((caption, i) => {
      const item = document.createElement("li"), button = document.createElement("button");
      const text = document.createElement("span"), sure = document.createElement("span");
      text.textContent = caption.text;
      sure.textContent = percent(caption.confidence) + " a word";
      sure.title = `log-probability ${caption.log_probability.toFixed(2)}; a word is ${percent(caption.confidence)} likely on average`;
      button.type = "button";
      button.append(text, sure);
      button.addEventListener("click", () => this.choose(i));
      item.append(button);
      return item;
    })));
    for (const part of [".copy", ".sheet"]) this.find(part).hidden = false;
    this.choose(0);
  }

  // choose shows caption i with its words to walk through.
  choose(i) {
    this.chosen = i;
    const caption = this.answer.captions[i];
    this.scale = scaleOf(caption);
    this.find(".others").querySelectorAll("button").forEach((button, k) => button.setAttribute("aria-pressed", k === i));
    this.image.alt = caption.text;
    this.words = caption.words.map((word, k) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "word";
      button.textContent = word.word;
      button.tabIndex = k ? -1 : 0;
      button.style.setProperty("--p", Math.max(.08, word.probability).toFixed(2));
      button.addEventListener("mouseenter", () => this.show(k));
      button.addEventListener("mouseleave", () => this.show(this.held()));
      button.addEventListener("focus", () => this.show(k));
      button.addEventListener("blur", () => this.show(null));
      button.addEventListener("click", () => this.show(k));
      button.addEventListener("keydown", event => this.walk(event, k));
      return button;
    });
    const parts = this.words.flatMap((word, k) => k ? [" ", word] : [word]);
    this.find(".caption").replaceChildren(...parts);
    this.show(null);
  }

  held() {
    const at = this.words.indexOf(document.activeElement);
    return at < 0 ? null : at;
  }

  walk(event, from) {
    const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: this.words.length - 1 }[event.key];
    if (to === undefined || !this.words[to]) return;
    event.preventDefault();
    this.words[from].tabIndex = -1;
    this.words[to].tabIndex = 0;
    this.words[to].focus();
  }

  // show lays word k's map over the picture, or takes it off.
  show(k) {
    const on = k !== null && this.answer;
    this.canvas.classList.toggle("on", !!on);
    this.canvas.dataset.word = on ? k : "";
    this.words?.forEach((word, i) => word.classList.toggle("on", on && i === k));
    const about = this.find(".about");
    if (!on) {
      about.textContent = this.words && this.root.querySelector(".word") ? `${matchMedia("(hover: none)").matches ? "Tap" : "Point at"} a word to see where the model looked.` : "";
      return;
    }
    const word = this.answer.captions[this.chosen].words[k], name = document.createElement("b");
    name.textContent = word.word;
    about.replaceChildren(name, ` ${percent(word.probability)} likely · ${percent(word.gate)} let in from the picture`);
    draw(this.canvas, this.answer.picture, this.answer.grid, word.attention, this.scale);
  }

  async copy() {
    const text = this.answer.captions[this.chosen].text;
    try {
      await navigator.clipboard.writeText(text);
    } catch { // without HTTPS there is no clipboard to ask
      const field = document.createElement("textarea");
      field.value = text;
      this.root.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
    }
    this.flash(".copy", "Copied");
  }

  flash(selector, text) {
    const button = this.find(selector), usual = button.dataset.usual ||= button.textContent;
    button.textContent = text;
    setTimeout(() => { button.textContent = usual; }, 1500);
  }

  // download fetches the sheet: a panel for each word of the chosen caption.
  async download() {
    const button = this.find(".sheet");
    button.disabled = true;
    try {
      const { beam } = this.asked();
      const rank = this.chosen + 1;
      const response = await post(`attention?best=${rank}&rank=${rank}&beam=${Math.max(beam, rank)}`, this.file, text => this.flash(".sheet", text));
      const address = URL.createObjectURL(await response.blob()), link = document.createElement("a");
      link.href = address;
      link.download = this.find(".name").textContent.replace(/\.[^.]*$/, "") + "-attention.png";
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } catch (error) {
      this.fail(error.message);
    } finally {
      button.disabled = false;
    }
  }
}
