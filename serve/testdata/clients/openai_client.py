"""Asks with OpenAI's Python client: whole, streamed, a bad picture."""
import base64
import json
import sys

import openai

address, photo = sys.argv[1:]
with open(photo, "rb") as file:
    picture = "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
client = openai.OpenAI(base_url=address + "/v1", api_key="none", max_retries=0)


def messages(url):
    return [{"role": "user", "content": [{"type": "text", "text": "What is this?"},
                                         {"type": "image_url", "image_url": {"url": url}}]}]


answers = {"version": openai.__version__, "models": client.models.list().data[0].id}
whole = client.chat.completions.create(model="seetell", messages=messages(picture))
answers["whole"] = whole.choices[0].message.content
parts, usage = [], None
for part in client.chat.completions.create(model="seetell", messages=messages(picture), stream=True,
                                           stream_options={"include_usage": True}):
    parts += [c.delta.content for c in part.choices if c.delta.content]
    usage = part.usage or usage
answers["stream"], answers["usage"] = "".join(parts), usage.completion_tokens
try:
    client.chat.completions.create(model="seetell", messages=messages("data:image/jpeg;base64,AAAA"))
    answers["refused"] = False
except openai.BadRequestError as error:
    answers["refused"] = "picture" in str(error)
print(json.dumps(answers))
