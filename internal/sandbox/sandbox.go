// Package sandbox runs decoders that are compiled to WebAssembly: they have
// the memory that they are given and no files, no clock and no network, and end
// with their context.
package sandbox

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// longest is how long an instance may run: no picture takes nearly as long.
const longest = 5 * time.Minute

// ErrTime is returned where a module ran for too long.
var ErrTime = errors.New("it takes more than five minutes")

// ErrMemory is returned where a module asked for more memory than it may have.
var ErrMemory = errors.New("more memory than was reckoned is asked for")

// Module is a decoder. It is compiled when it is first used, which takes a
// second; many goroutines may use it at once.
type Module struct {
	packed         []byte // by gzip
	watched, short program
}

// program is a module as it is compiled: to look at each turn of a loop whether
// it is to end, or not, which makes it several times as fast.
type program struct {
	compile sync.Once
	runtime wazero.Runtime
	module  wazero.CompiledModule
	err     error
}

// New returns a module of packed bytes, which is not yet compiled.
func New(packed []byte) *Module { return &Module{packed: packed} }

func (p *program) compiled(packed []byte, watched bool) error {
	p.compile.Do(func() { p.err = p.prepare(context.Background(), packed, watched) })
	return p.err
}

func (p *program) prepare(ctx context.Context, packed []byte, watched bool) error {
	unpacker, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	code, err := io.ReadAll(unpacker)
	if err != nil {
		return err
	}
	p.runtime = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithCloseOnContextDone(watched))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, p.runtime); err != nil {
		return err
	}
	p.module, err = p.runtime.CompileModule(ctx, code)
	return err
}

// Run calls use with an instance of the module whose memory grows to no more
// than limit bytes, or to what it begins with if that is more. It returns ctx's error once ctx ends.
func (m *Module) Run(ctx context.Context, limit int64, use func(*Instance) error) error {
	return m.watched.use(ctx, m.packed, true, limit, use)
}

// RunShort is Run for work whose every call is known to be short: ctx and the
// longest time are looked at between calls alone.
func (m *Module) RunShort(ctx context.Context, limit int64, use func(*Instance) error) error {
	return m.short.use(ctx, m.packed, false, limit, use)
}

func (p *program) use(ctx context.Context, packed []byte, watched bool, limit int64, use func(*Instance) error) error {
	if err := p.compiled(packed, watched); err != nil {
		return err
	}
	memory, err := newMemory(max(limit, p.least()))
	if err != nil {
		return err
	}
	defer memory.Free()
	timed, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	err = p.run(timed, memory, use)
	switch {
	case err != nil && ctx.Err() != nil:
		return ctx.Err()
	case err != nil && timed.Err() != nil:
		return ErrTime
	case err != nil && memory.refused:
		return ErrMemory
	}
	return err
}

// least is what the module begins with.
func (p *program) least() (bytes int64) {
	const page = 1 << 16
	for _, memory := range p.module.ExportedMemories() {
		bytes = max(bytes, int64(memory.Min())*page)
	}
	return bytes
}

func (p *program) run(ctx context.Context, memory *memory, use func(*Instance) error) error {
	config := wazero.NewModuleConfig().WithName("").WithStartFunctions("_initialize")
	module, err := p.runtime.InstantiateModule(experimental.WithMemoryAllocator(ctx, memory), p.module, config)
	if err != nil {
		return err
	}
	defer module.Close(context.WithoutCancel(ctx))
	return use(&Instance{ctx, module})
}

// Instance is a module with memory of its own. It serves one goroutine.
type Instance struct {
	context context.Context
	module  api.Module
}

// Call calls a function of the module.
func (i *Instance) Call(name string, arguments ...uint32) (uint32, error) {
	if err := i.context.Err(); err != nil {
		return 0, err
	}
	wide := make([]uint64, len(arguments))
	for n, argument := range arguments {
		wide[n] = uint64(argument)
	}
	results, err := i.module.ExportedFunction(name).Call(i.context, wide...)
	if err != nil {
		return 0, fmt.Errorf("the decoder gave up: %.80q", err.Error())
	}
	if len(results) == 0 {
		return 0, nil
	}
	return uint32(results[0]), nil
}

// Room returns the address of so many bytes of the instance's memory.
func (i *Instance) Room(length int64) (address uint32, err error) {
	if length > math.MaxUint32 {
		return 0, ErrMemory
	}
	address, err = i.Call("malloc", uint32(max(length, 1)))
	if err == nil && address == 0 {
		err = ErrMemory
	}
	return address, err
}

// Put copies data into the instance's memory.
func (i *Instance) Put(data []byte) (address uint32, err error) {
	address, err = i.Room(int64(len(data)))
	if err == nil && !i.module.Memory().Write(address, data) {
		err = ErrMemory
	}
	return address, err
}

// Bytes returns a stretch of the instance's memory itself, good until the next
// call.
func (i *Instance) Bytes(address uint32, length int64) ([]byte, error) {
	if length <= math.MaxUint32 {
		if stretch, ok := i.module.Memory().Read(address, uint32(length)); ok {
			return stretch, nil
		}
	}
	return nil, errors.New("the decoder's answer lies outside of its memory")
}
