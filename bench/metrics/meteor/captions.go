package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// A segment is a hypothesis and its references, as METEOR's caller has them.
type segment struct {
	hyp  string
	refs []string
}

// sent is what pycocoevalcap makes of the hypothesis.
func (s segment) sent() string {
	return strings.ReplaceAll(strings.ReplaceAll(s.hyp, "|||", ""), "  ", " ")
}

type captions struct {
	name     string
	segments []segment
}

// captionSets reads the systems of the golden folder coco_py.
func captionSets(golden string) ([]captions, error) {
	var sets []captions
	for _, name := range []string{"karpathy_human_1", "karpathy_init_2", "karpathy_merge_1", "karpathy_par_3", "raw_merge_1"} {
		kind, _, _ := strings.Cut(name, "_")
		var refs []struct {
			Tokens []string `json:"refs_tok"`
		}
		var system struct {
			Images []struct {
				Hyp string `json:"hyp_tok"`
			} `json:"per_image"`
		}
		if err := readJSON(&refs, golden, "flickr8k_test_refs_"+kind+".json.gz"); err != nil {
			return nil, err
		}
		if err := readJSON(&system, golden, "flickr8k_"+name+".json.gz"); err != nil {
			return nil, err
		}
		set := captions{name: name}
		for i, image := range system.Images {
			set.segments = append(set.segments, segment{image.Hyp, refs[i].Tokens})
		}
		sets = append(sets, set)
	}
	return sets, nil
}

func readJSON(value any, golden, name string) error {
	path := filepath.Join(golden, "coco_py", name)
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err == nil {
		err = json.NewDecoder(r).Decode(value)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// marks are put between the words of random segments.
var marks = []string{".", ",", "...", "'s", "n't", "-", "--", "\"", "U.S.", "e.g.", "No.", "5", "1,000", "p.m.", "Mr.", "(", ")", "é", "“", "’", "$", "DOG"}

// noiseOf makes n segments of pieces of the captions and marks, so that every
// stage and the search meet what captions rarely hold.
func noiseOf(sets []captions, n int, seed uint64) captions {
	random := rand.New(rand.NewPCG(seed, seed))
	piece := func() string {
		set := sets[random.IntN(len(sets))]
		s := set.segments[random.IntN(len(set.segments))]
		words := strings.Fields(s.refs[random.IntN(len(s.refs))])
		if len(words) == 0 {
			return "a"
		}
		start := random.IntN(len(words))
		return strings.Join(words[start:start+random.IntN(len(words)-start)+1], " ")
	}
	text := func() string {
		var line strings.Builder
		line.WriteString(piece())
		for range random.IntN(4) {
			line.WriteString([]string{" ", "", " "}[random.IntN(3)] + marks[random.IntN(len(marks))])
			line.WriteString([]string{" ", "", " "}[random.IntN(3)] + piece())
		}
		return line.String()
	}
	noise := captions{name: "noise"}
	for range n {
		s := segment{hyp: text()}
		for range 1 + random.IntN(3) {
			s.refs = append(s.refs, text())
		}
		noise.segments = append(noise.segments, s)
	}
	return noise
}
