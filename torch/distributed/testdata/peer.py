"""A process of torch.distributed in a world of package distributed's: the same
collectives as its task "collectives", which both sides check."""

from datetime import timedelta

import torch
import torch.distributed as dist

torch.set_num_threads(1)
dist.init_process_group("gloo", timeout=timedelta(minutes=1))
rank, size = dist.get_rank(), dist.get_world_size()
total = size * (size + 1) // 2

x = torch.arange(1000.0) if rank == 0 else torch.zeros(1000)
dist.broadcast(x, 0)
assert torch.equal(x, torch.arange(1000.0)), "broadcast"

y = torch.arange(3000.0) * (rank + 1)
dist.all_reduce(y)
assert torch.equal(y, torch.arange(3000.0) * total), "sum"

n = torch.zeros(1, dtype=torch.float64)  # Leave's barrier
dist.all_reduce(n)
print("agree", flush=True)
dist.destroy_process_group()
