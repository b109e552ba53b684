package demo

import (
	"crypto/sha256"
	"testing"
)

func TestNoPictureTwice(t *testing.T) {
	seen := map[[32]byte]string{}
	for _, split := range New(1) {
		for _, p := range split.Pictures {
			hash := sha256.Sum256(p.image().Pix)
			if other, ok := seen[hash]; ok {
				t.Errorf("%s and %s are the same picture", p.ID, other)
			}
			seen[hash] = p.ID
		}
	}
}
