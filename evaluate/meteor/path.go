package meteor

// newPath returns a path of arbitrary content.
func (a *aligner) newPath() *path {
	if n := len(a.free); n > 0 {
		p := a.free[n-1]
		a.free = a.free[:n-1]
		return p
	}
	return new(path)
}

func (a *aligner) copyPath(p *path) *path {
	q := a.newPath()
	a.work += len(p.hyp) + len(p.ref)
	hyp, ref, chosen := q.hyp[:0], q.ref[:0], q.chosen[:0]
	*q = *p
	q.hyp, q.ref, q.chosen = append(hyp, p.hyp...), append(ref, p.ref...), append(chosen, p.chosen...)
	return q
}

// recycle makes the following paths the current ones and frees the others.
func (a *aligner) recycle() {
	for _, p := range a.following {
		p.kept = true
	}
	for _, p := range a.paths {
		if !p.kept {
			a.free = append(a.free, p)
		}
	}
	for _, p := range a.following {
		p.kept = false
	}
	a.paths, a.following = a.following, a.paths
}

// cleared returns n zeros, in the memory of list if they fit.
func cleared[T any](list []T, n int) []T {
	return append(list[:0], make([]T, n)...)
}
