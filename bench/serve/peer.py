"""A server of the same checkpoint with FastAPI and eager PyTorch, for load.

    python peer.py best.safetensors 8081 [float32|bfloat16]

A request's picture is decoded and described in FastAPI's pool of threads, as
its guide has it for work that does not await; PyTorch uses every core. bfloat16
is PyTorch's autocast.
"""

import io
import sys
from pathlib import Path

import torch
import uvicorn
from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import seetell  # noqa: E402

model, about = seetell.load(sys.argv[1])
bfloat16 = sys.argv[3:] == ["bfloat16"]
app = FastAPI()


def describe(data):
    with (
        Image.open(io.BytesIO(data)) as image,
        torch.autocast("cpu", torch.bfloat16, enabled=bfloat16),
    ):
        return seetell.caption(model, about, image)[0].text


@app.post("/caption")
async def caption(request: Request):
    data = await request.body()
    return {"captions": [{"text": await run_in_threadpool(describe, data)}]}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
