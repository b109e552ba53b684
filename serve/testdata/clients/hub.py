"""Asks with huggingface_hub: from a path, from bytes, a bad picture."""
import json
import sys

import huggingface_hub
from huggingface_hub import InferenceClient

address, photo = sys.argv[1:]


def text(answer):
    return getattr(answer, "generated_text", answer)


client = InferenceClient(model=address, timeout=20)
answers = {"version": huggingface_hub.__version__, "path": text(client.image_to_text(photo))}
with open(photo, "rb") as file:
    answers["bytes"] = text(client.image_to_text(file.read()))
answers["v1"] = text(InferenceClient(model=address + "/models/seetell", timeout=20).image_to_text(photo))
try:
    client.image_to_text(b"this is no picture")
    answers["refused"] = False
except Exception as error:
    answers["refused"] = "415" in str(error)
print(json.dumps(answers))
