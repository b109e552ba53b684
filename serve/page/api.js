// Asks the server, relative to this page's own address.

export class Refusal extends Error {
  constructor(status, text) { super(text); this.status = status; }
}

const pause = seconds => new Promise(done => setTimeout(done, 1000 * seconds));

let key = sessionStorage.getItem("key") || "";

// askKey lets the person give the key, and resolves once it is there.
let asking = null;
const askKey = () => asking ||= new Promise(done => {
  const dialog = document.getElementById("lock"), field = document.getElementById("key");
  dialog.addEventListener("close", () => {
    asking = null;
    if (!field.value) return done(false);
    key = field.value;
    sessionStorage.setItem("key", key);
    field.value = "";
    done(true);
  }, { once: true });
  dialog.showModal();
});

const reasonOf = async response => {
  try {
    return (await response.json()).error || response.statusText;
  } catch {
    return `The server answered ${response.status}.`;
  }
};

// post sends a picture, again where the server asks for patience, and returns
// the response. tell hears of waiting.
export const post = async (path, body, tell, signal) => {
  for (;;) {
    let response;
    try {
      response = await fetch(path, { method: "POST", body, signal, headers: key ? { Authorization: "Bearer " + key } : {} });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal(0, "The server cannot be reached. Is it still running?");
    }
    if (response.ok) return response;
    const text = await reasonOf(response);
    if (response.status === 429) {
      const seconds = Number(response.headers.get("Retry-After")) || 1;
      tell(`The server is busy. Trying again in ${seconds} s`);
      await pause(seconds);
    } else if (response.status !== 401 || !await askKey()) {
      throw new Refusal(response.status, text);
    }
  }
};

export const about = async () => (await fetch("about.json")).json();
