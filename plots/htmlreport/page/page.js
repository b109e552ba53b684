"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const all = (query, root = document) => Array.from(root.querySelectorAll(query));

  // Theme: the system's, or what the button chose.
  const dark = () => (document.documentElement.dataset.theme ||
    (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.getElementById("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = dark() ? "light" : "dark";
  });

  // One metric's figures at a time.
  for (const input of all("input[name=metric]")) {
    input.addEventListener("change", () => {
      for (const part of all(".metric")) part.hidden = part.dataset.metric !== input.value;
    });
  }

  // Attention: the map over the picture, as plots draws it.
  const keys = x => (x = Math.abs(x), x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-.5 * x + 2.5) * x - 4) * x + 2 : 0);
  const taps = (size, from, to, grid) => Array.from({ length: size }, (_, i) => {
    const at = ((i + .5) / size - from) / (to - from) * grid - .5;
    if (at < -.5 || at > grid - .5) return null;
    const first = Math.floor(at) - 1;
    return [0, 1, 2, 3].map(k => [Math.min(Math.max(first + k, 0), grid - 1), keys(at - first - k)]);
  });
  const colour = v => {
    const at = Math.min(Math.max(v, 0), 1) * (data.heat.length - 1), i = Math.min(Math.floor(at), data.heat.length - 2);
    return data.heat[i].map((a, k) => a + (data.heat[i + 1][k] - a) * (at - i));
  };
  const draw = (canvas, item, word) => {
    const width = canvas.width = 192, height = canvas.height = Math.max(1, Math.round(192 * item.height / item.width));
    const weights = Uint8Array.from(atob(item.words[word]), c => c.charCodeAt(0)), grid = item.grid;
    const across = taps(width, item.area[0], item.area[2], grid), down = taps(height, item.area[1], item.area[3], grid);
    const context = canvas.getContext("2d"), image = context.createImageData(width, height);
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) {
      let v = 0;
      if (across[x] && down[y]) for (const [row, a] of down[y]) for (const [column, b] of across[x]) v += a * b * weights[row * grid + column];
      image.data.set(colour(v / 255), 4 * (y * width + x));
    }
    context.putImageData(image, 0, 0);
  };
  const show = (card, button) => {
    const canvas = card.querySelector("canvas"), picture = card.querySelector("img"), numbers = card.querySelector(".numbers");
    if (!numbers.dataset.rest) numbers.dataset.rest = numbers.textContent;
    for (const word of all(".word", card)) word.classList.toggle("on", word === button);
    numbers.textContent = button ? button.textContent + ": " + button.dataset.numbers : numbers.dataset.rest;
    if (!canvas) return;
    if (button) {
      draw(canvas, data.gallery[card.dataset.index], button.dataset.word);
      Object.assign(canvas.style, { left: picture.offsetLeft + "px", top: picture.offsetTop + "px", width: picture.getBoundingClientRect().width + "px", height: picture.getBoundingClientRect().height + "px" });
    }
    canvas.classList.toggle("on", !!button);
    canvas.dataset.word = button ? button.dataset.word : "";
  };
  for (const card of all(".card")) {
    const words = all(".word", card);
    const held = () => words.find(word => word === document.activeElement);
    words.forEach((word, i) => {
      word.addEventListener("mouseenter", () => show(card, word));
      word.addEventListener("mouseleave", () => show(card, held()));
      word.addEventListener("focus", () => show(card, word));
      word.addEventListener("blur", () => show(card, null));
      word.addEventListener("click", () => show(card, word));
      word.addEventListener("keydown", event => {
        const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: words.length - 1 }[event.key];
        if (to === undefined || !words[to]) return;
        event.preventDefault();
        word.tabIndex = -1;
        words[to].tabIndex = 0;
        words[to].focus();
      });
    });
  }

  // Gallery filter: group and search together.
  const find = document.getElementById("find");
  const filter = () => {
    const group = document.querySelector(".filter[aria-pressed=true]").dataset.group, text = find.value.trim().toLowerCase();
    let shown = 0;
    for (const card of all(".card")) {
      card.hidden = (group && card.dataset.group !== group) || (text && !card.textContent.toLowerCase().includes(text));
      shown += !card.hidden;
    }
    document.getElementById("shown").textContent = shown + " shown";
  };
  for (const button of all(".filter")) {
    button.addEventListener("click", () => {
      for (const other of all(".filter")) other.setAttribute("aria-pressed", other === button);
      filter();
    });
  }
  if (find) find.addEventListener("input", filter);

  // Tables sort by any column, numbers as numbers, largest first.
  const order = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  const mark = (head, down) => {
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
  };
  const value = cell => { const text = cell.textContent.replace(/,/g, "").trim(); return text !== "" && isFinite(text) ? Number(text) : text; };
  for (const table of all("table.sortable")) {
    all("thead th", table).forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") !== "descending" && (head.classList.contains("number") || head.getAttribute("aria-sort") === "ascending");
        const body = table.tBodies[0];
        body.append(...Array.from(body.rows).sort((a, b) => (down ? -1 : 1) * order(value(a.cells[i]), value(b.cells[i]))));
        mark(head, down);
      });
    });
  }

  // Every picture: rows from the data, fifty at a time.
  const table = document.getElementById("all");
  if (!table) return;
  let rows = data.rows, most = 50;
  const fill = () => {
    table.tBodies[0].replaceChildren(...rows.slice(0, most).map(row => {
      const line = document.createElement("tr");
      row.forEach((cell, i) => {
        const td = line.insertCell();
        td.textContent = i < 2 ? cell : cell.toFixed(3);
        if (i > 1) td.className = "number";
      });
      return line;
    }));
    document.getElementById("rows").textContent = Math.min(most, rows.length).toLocaleString("en") + " of " + rows.length.toLocaleString("en") + (data.left ? " (" + data.left.toLocaleString("en") + " more left out)" : "");
    document.getElementById("more").hidden = most >= rows.length;
  };
  document.getElementById("more").addEventListener("click", () => { most += 200; fill(); });
  document.getElementById("search").addEventListener("input", event => {
    const text = event.target.value.trim().toLowerCase();
    rows = data.rows.filter(row => (row[0] + "\n" + row[1]).toLowerCase().includes(text));
    most = 50;
    fill();
  });
  for (const button of all("th button", table)) {
    button.addEventListener("click", () => {
      const i = Number(button.dataset.column), head = button.parentNode, now = head.getAttribute("aria-sort");
      const down = now ? now === "ascending" : i > 1;
      data.rows.sort((a, b) => (down ? -1 : 1) * order(a[i], b[i]));
      rows = rows.slice().sort((a, b) => (down ? -1 : 1) * order(a[i], b[i]));
      mark(head, down);
      fill();
    });
  }
  fill();
})();
