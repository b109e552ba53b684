package picture

import "sync"

// apart returns what f makes, or the context's error once that ends: f then
// goes on by itself, in the memory that the picture was given, and what it makes
// is dropped. It is for readers that look at no context, and f must touch
// nothing that the caller may use again, the file's bytes above all.
func (in input) apart(f func() (*Picture, error)) (*Picture, error) {
	if in.context.Done() == nil || in.header.pixels() < quick {
		return f()
	}
	type answer struct {
		p   *Picture
		err error
	}
	made := make(chan answer, 1)
	in.behind.Go(func() {
		var a answer
		defer func() { made <- a }()
		defer (&format{name: "picture"}).catch(&a.err)
		a.p, a.err = f()
	})
	select {
	case a := <-made:
		return a.p, a.err
	case <-in.context.Done():
		return nil, in.context.Err()
	}
}

// quick is how many pixels are read in a few hundredths of a second by any
// reader, which no context has to end.
const quick = 1 << 20

// after calls f once all that goes on by itself has ended, at once where
// nothing does.
func (in input) after(f func()) {
	if in.context.Err() == nil {
		f()
		return
	}
	go func(behind *sync.WaitGroup) {
		behind.Wait()
		f()
	}(in.behind)
}
