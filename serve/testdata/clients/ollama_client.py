"""Asks with Ollama's Python client: whole, streamed, a bad picture."""
import json
import sys

import ollama

address, photo = sys.argv[1:]
client = ollama.Client(host=address)
answers = {"models": client.list().models[0].model, "vision": "vision" in client.show("seetell").capabilities}
answers["generate"] = client.generate(model="seetell", prompt="?", images=[photo]).response
messages = [{"role": "user", "content": "?", "images": [photo]}]
answers["chat"] = client.chat(model="seetell", messages=messages).message.content
answers["stream"] = "".join(p.message.content for p in client.chat(model="seetell", messages=messages, stream=True))
try:
    client.generate(model="seetell", prompt="?", images=[b"this is no picture"])
    answers["refused"] = False
except ollama.ResponseError as error:
    answers["refused"] = error.status_code == 400
print(json.dumps(answers))
