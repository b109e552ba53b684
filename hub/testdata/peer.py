"""huggingface_hub and datasets as the other user of a cache; HF_ENDPOINT and
HF_HUB_CACHE say where. The first argument says what to do."""
import os
import sys

what, repo = sys.argv[1], sys.argv[2]

if what == "download":
    from huggingface_hub import snapshot_download

    print(snapshot_download(repo, repo_type="dataset"))
elif what == "file":
    from huggingface_hub import hf_hub_download

    print(hf_hub_download(repo, sys.argv[3], repo_type="dataset"))
elif what == "model":
    from huggingface_hub import hf_hub_download

    print(hf_hub_download(repo, sys.argv[3]))
elif what == "load":  # each split's rows: name, and the captions joined
    import datasets

    loaded = datasets.load_dataset(repo).cast_column("image", datasets.Image(decode=False))
    for split, rows in loaded.items():
        for row in rows:
            print(split, os.path.basename(row["image"]["path"]), len(row["image"]["bytes"]), "|".join(row[f"caption_{k}"] for k in range(3)), sep="\t")
elif what == "lock":  # hold a lock until standard input ends
    from huggingface_hub.utils import WeakFileLock

    with WeakFileLock(sys.argv[3]):
        print("held", flush=True)
        sys.stdin.read()
