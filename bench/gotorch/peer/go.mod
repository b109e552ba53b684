module github.com/seetell/seetell/bench/gotorch/peer

go 1.24

require github.com/wangkuiyi/gotorch v0.0.0-20201028015551-9afed2f3ad7b
