// Asks with the JavaScript clients, each whole and, where it can, streamed.
// The packages lie where CLIENTS says.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [address, photo, which] = process.argv.slice(2);
const require = createRequire(process.env.CLIENTS + "/package.json");
const load = name => import(pathToFileURL(require.resolve(name)).href);
const bytes = readFileSync(photo), base64 = bytes.toString("base64");
const answers = {};

if (which === "inference" || which === "inference-4.13.14") {
  const { InferenceClient } = await load(which === "inference" ? "@huggingface/inference" : which);
  const client = new InferenceClient();
  const ask = data => client.imageToText({ endpointUrl: address, data });
  answers.text = (await ask(new Blob([bytes]))).generated_text;
  answers.refused = await ask(new Blob(["this is no picture"])).then(() => false, () => true);
}
if (which === "openai") {
  const { default: OpenAI } = await load("openai");
  const client = new OpenAI({ baseURL: address + "/v1", apiKey: "none", maxRetries: 0 });
  const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/jpeg;base64," + base64 } }] }];
  answers.whole = (await client.chat.completions.create({ model: "seetell", messages })).choices[0].message.content;
  answers.stream = "";
  for await (const part of await client.chat.completions.create({ model: "seetell", messages, stream: true })) answers.stream += part.choices[0]?.delta.content || "";
}
if (which === "ollama") {
  const { Ollama } = await load("ollama");
  const client = new Ollama({ host: address });
  answers.generate = (await client.generate({ model: "seetell", prompt: "?", images: [base64] })).response;
  answers.stream = "";
  for await (const part of await client.chat({ model: "seetell", messages: [{ role: "user", content: "?", images: [bytes] }], stream: true })) answers.stream += part.message.content;
}
if (which === "ai") {
  const { generateText, streamText } = await load("ai");
  const { createOpenAICompatible } = await load("@ai-sdk/openai-compatible");
  const model = createOpenAICompatible({ name: "seetell", baseURL: address + "/v1" })("seetell");
  const messages = [{ role: "user", content: [{ type: "text", text: "?" }, { type: "image", image: bytes }] }];
  answers.whole = (await generateText({ model, messages })).text;
  answers.stream = "";
  for await (const part of streamText({ model, messages }).textStream) answers.stream += part;
}
if (which === "busy") { // the queue is full: the client hears of it and stops
  const { InferenceClient } = await load("@huggingface/inference");
  answers.refused = await new InferenceClient().imageToText({ endpointUrl: address, data: new Blob([bytes]) }).then(() => false, () => true);
}
console.log(JSON.stringify(answers));
