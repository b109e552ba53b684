// Package testwalk calls every exported function of a package with arguments
// that are empty, nil, of wrong shapes and of wrong types, and holds it to an
// error or a result: it must not panic, let alone end the process.
package testwalk

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/seetell/seetell/torch"
)

// Subject is a package to be walked, that of the test's folder.
type Subject struct {
	// Functions has every exported function by its name, a generic one with some
	// type.
	Functions map[string]any
	// Receivers has, for every exported type with methods, values to call them
	// on, made in a scope.
	Receivers map[string]func(s *torch.Scope) []any
	// Skip names what is not called, as Function or Type.Method, and why.
	Skip map[string]string
	// Values are further arguments, made in a scope.
	Values func(s *torch.Scope) []any
	// Calls is how often a function is called that is too slow for the usual
	// number of times.
	Calls map[string]int
}

// calls is how often each function is called.
const calls = 150

// Walk walks a package, and fails where its source has a function that the
// subject lacks.
func Walk(t *testing.T, subject Subject) {
	t.Helper()
	functions, methods := exported(t)
	t.Chdir(t.TempDir()) // for what is written
	w := walker{Subject: subject, random: rand.New(rand.NewPCG(1, 2))}
	for _, name := range functions {
		f, ok := subject.Functions[name]
		switch {
		case subject.Skip[name] != "":
		case !ok:
			t.Errorf("the walk lacks the function %s", name)
		default:
			w.call(t, name, func(*torch.Scope) reflect.Value { return reflect.ValueOf(f) })
		}
	}
	for _, name := range methods {
		kind, method, _ := strings.Cut(name, ".")
		receivers, ok := subject.Receivers[kind]
		switch {
		case subject.Skip[name] != "" || subject.Skip[kind] != "":
		case !ok:
			t.Errorf("the walk lacks values of the type %s", kind)
		default:
			w.call(t, name, func(s *torch.Scope) reflect.Value {
				all := receivers(s)
				return reflect.ValueOf(all[w.random.IntN(len(all))]).MethodByName(method)
			})
		}
	}
}

// exported returns the names of the exported functions and methods of the
// package in the current folder.
func exported(t *testing.T) (functions, methods []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			switch {
			case !ok || !f.Name.IsExported():
			case f.Recv == nil:
				functions = append(functions, f.Name.Name)
			default:
				kind := f.Recv.List[0].Type
				if star, ok := kind.(*ast.StarExpr); ok {
					kind = star.X
				}
				if name, ok := kind.(*ast.Ident); ok && name.IsExported() {
					methods = append(methods, name.Name+"."+f.Name.Name)
				}
			}
		}
	}
	if len(functions)+len(methods) == 0 {
		t.Fatal("no exported functions were found")
	}
	return functions, methods
}

type walker struct {
	Subject
	random *rand.Rand
}

// call calls one function often, each time in a scope of its own.
func (w *walker) call(t *testing.T, name string, function func(s *torch.Scope) reflect.Value) {
	t.Helper()
	said := map[string]bool{}
	for range cmp.Or(w.Calls[name], calls) {
		var arguments string
		err := torch.Run(func(s *torch.Scope) error {
			f := function(s)
			kind := f.Type()
			in := make([]reflect.Value, 0, kind.NumIn())
			values := w.values(s)
			for i := range kind.NumIn() {
				if kind.IsVariadic() && i == kind.NumIn()-1 {
					for range w.random.IntN(4) {
						in = append(in, w.draw(s, values, kind.In(i).Elem(), 0))
					}
					break
				}
				in = append(in, w.draw(s, values, kind.In(i), 0))
			}
			arguments = describe(in)
			return w.try(f, in)
		})
		if err != nil && strings.HasPrefix(err.Error(), "panic: ") && !said[err.Error()] {
			said[err.Error()] = true
			t.Errorf("%s(%s): %v", name, arguments, err)
		}
	}
}

// try calls f and closes what it returned.
func (w *walker) try(f reflect.Value, in []reflect.Value) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	for _, out := range f.Call(in) {
		if closer, ok := out.Interface().(interface{ Close() }); ok && !(out.Kind() == reflect.Pointer && out.IsNil()) {
			closer.Close()
		}
	}
	return nil
}

// values are the tensors, numbers and the like that arguments are drawn from.
func (w *walker) values(s *torch.Scope) []any {
	freed := torch.Ones(s, torch.Float32, torch.CPU, 2)
	freed.Free()
	all := []any{
		(*torch.Tensor)(nil), freed,
		torch.Zeros(s, torch.Float32, torch.CPU, 0), torch.Zeros(s, torch.Float32, torch.CPU, 0, 3),
		torch.Ones(s, torch.Float32, torch.CPU), torch.Ones(s, torch.Float32, torch.CPU, 3),
		torch.Ones(s, torch.Float32, torch.CPU, 2, 3).RequiresGrad(s, true), torch.Ones(s, torch.Float64, torch.CPU, 3, 2),
		torch.Ones(s, torch.BFloat16, torch.CPU, 2, 3, 4, 4), torch.Ones(s, torch.Float32, torch.CPU, 2, 3, 4, 4),
		torch.FromSlice(s, []int64{0, 1, 7}, 3), torch.FromSlice(s, []int64{-1, 2}, 2), torch.FromSlice(s, []uint8{1, 2}, 2),
		torch.FromSlice(s, []bool{true, false, true}, 3), torch.FromSlice(s, []int32{1}, 1, 1, 1, 1, 1, 1, 1, 1),
		torch.CPU, torch.CUDA(0), torch.CUDA(-1), torch.CUDA(1 << 20),
		torch.Float32, torch.Float64, torch.BFloat16, torch.Int64, torch.Bool, torch.DType(-1), torch.DType(99),
		"", "weight", "/nowhere/file", "\x00",
	}
	for _, n := range []int64{-1, 0, 1, 2, 3, 7, 1 << 50, math.MinInt64, math.MaxInt64} {
		all = append(all, n, int(n))
	}
	for _, f := range []float64{-1, 0, .5, 1, 1e308, math.NaN(), math.Inf(1)} {
		all = append(all, f, float32(f))
	}
	if w.Values != nil {
		all = append(all, w.Values(s)...)
	}
	return all
}

// draw returns some value of a type.
func (w *walker) draw(s *torch.Scope, values []any, kind reflect.Type, depth int) reflect.Value {
	if kind == reflect.TypeFor[*torch.Scope]() {
		return reflect.ValueOf(s)
	}
	var fitting []reflect.Value
	for _, v := range values {
		if value := reflect.ValueOf(v); value.Type() == kind || kind.Kind() == reflect.Interface && value.Type().Implements(kind) {
			fitting = append(fitting, value)
		}
	}
	if len(fitting) > 0 {
		return fitting[w.random.IntN(len(fitting))]
	}
	value := reflect.New(kind).Elem()
	if depth > 3 {
		return value
	}
	switch kind.Kind() {
	case reflect.Bool:
		value.SetBool(w.random.IntN(2) == 1)
	case reflect.Int, reflect.Int32, reflect.Int64, reflect.Uint8:
		if n := reflect.ValueOf(w.random.IntN(5)); n.CanConvert(kind) {
			value.Set(n.Convert(kind))
		}
	case reflect.Slice:
		for range w.random.IntN(4) {
			value = reflect.Append(value, w.draw(s, values, kind.Elem(), depth+1))
		}
	case reflect.Array:
		for i := range kind.Len() {
			value.Index(i).Set(w.draw(s, values, kind.Elem(), depth+1))
		}
	case reflect.Struct:
		for i := range kind.NumField() {
			if kind.Field(i).IsExported() {
				value.Field(i).Set(w.draw(s, values, kind.Field(i).Type, depth+1))
			}
		}
	case reflect.Map:
		if w.random.IntN(2) == 1 {
			value.Set(reflect.MakeMap(kind))
		}
	case reflect.Func:
		if w.random.IntN(2) == 1 {
			return reflect.MakeFunc(kind, func([]reflect.Value) []reflect.Value {
				out := make([]reflect.Value, kind.NumOut())
				for i := range out {
					out[i] = w.draw(s, values, kind.Out(i), depth+1)
				}
				return out
			})
		}
	}
	return value
}

func describe(in []reflect.Value) string {
	texts := make([]string, len(in))
	for i, v := range in {
		if _, ok := v.Interface().(*torch.Scope); ok {
			texts[i] = "s"
			continue
		}
		texts[i] = fmt.Sprintf("%+v", v.Interface())
	}
	return strings.Join(texts, ", ")
}
