package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// sampled is how many pictures of a split a fingerprint reads.
const sampled = 64

func fingerprint(s *Set) string {
	hash := sha256.New()
	for _, split := range s.Splits {
		fmt.Fprintf(hash, "%q %d\n", split.Name, split.Len())
		for i := range split.items {
			fmt.Fprintf(hash, "%q %q\n", split.items[i].id, split.items[i].captions)
		}
		sample(hash, split)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// sample writes the digests of pictures spread evenly over the split.
func sample(w io.Writer, split *Split) {
	n := min(sampled, split.Len())
	for k := range n {
		data, err := split.Bytes(k * split.Len() / n)
		if err != nil {
			data = nil // a picture that cannot be read counts as empty
		}
		sum := sha256.Sum256(data)
		w.Write(sum[:])
	}
}
