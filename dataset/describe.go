package dataset

import (
	"context"
	"slices"
	"strings"

	"github.com/seetell/seetell/picture"
)

// Stats is what is in a set.
type Stats struct {
	Source      string         `json:"source"`
	Name        string         `json:"name"`
	Revision    string         `json:"revision,omitempty"` // commit on the hub
	Fingerprint string         `json:"fingerprint"`
	RandomSplit bool           `json:"derived_splits"` // the splits are ours, by the seed
	Unlisted    int            `json:"unlisted"`       // pictures in no list of a split
	Splits      []SplitStats   `json:"splits"`
	Problems    map[string]int `json:"problems"` // left out while opening, by kind
}

// SplitStats is what is in a split. Sizes are of the upright pictures in
// pixels, and of their files in bytes; those whose header does not tell are counted apart.
type SplitStats struct {
	Name         string         `json:"name"`
	Pictures     int            `json:"pictures"`
	Captions     int            `json:"captions"`
	PerPicture   Range          `json:"captions_per_picture"`
	CaptionWords Range          `json:"words_per_caption"`
	Words        int            `json:"words"`
	Distinct     int            `json:"distinct_words"`
	Unknown      float64        `json:"unknown_words"` // share of the words that no training caption has
	Width        Range          `json:"width"`
	Height       Range          `json:"height"`
	Bytes        Range          `json:"bytes"`
	Formats      map[string]int `json:"formats"`
	Unreadable   int            `json:"unreadable"`
}

// Range sums up numbers.
type Range struct {
	Min    int     `json:"min"`
	Median int     `json:"median"` // the lower of two
	Max    int     `json:"max"`
	Mean   float64 `json:"mean"`
}

// Describe reads every caption and every picture's header. Words cuts a
// caption into words. Done, which may be nil, is called with the number of
// pictures done.
func Describe(ctx context.Context, set *Set, words func(caption string) []string, done func(count int)) (*Stats, error) {
	d := &Stats{Source: set.Source, Name: set.Name, Revision: set.Revision, Fingerprint: set.Fingerprint(),
		RandomSplit: set.RandomSplit, Unlisted: set.Unlisted, Problems: map[string]int{}}
	for _, kind := range set.Problems.Kinds() {
		d.Problems[kind] = set.Problems.Count(kind)
	}
	known, count := map[string]bool{}, 0
	for _, split := range set.Splits {
		s := SplitStats{Name: split.Name, Pictures: split.Len(), Formats: map[string]int{}}
		s.describeCaptions(split, words, known)
		err := s.describePictures(ctx, split, func() {
			if count++; done != nil && count%64 == 0 {
				done(count)
			}
		})
		if err != nil {
			return nil, err
		}
		d.Splits = append(d.Splits, s)
	}
	return d, nil
}

// describeCaptions counts captions and words. The training split, which comes
// first, fills known.
func (s *SplitStats) describeCaptions(split *Split, words func(string) []string, known map[string]bool) {
	var perPicture, lengths []int32
	distinct, unknown := map[string]bool{}, 0
	for i := range split.items {
		captions := split.items[i].captions
		perPicture = append(perPicture, int32(len(captions)))
		for _, caption := range captions {
			cut := words(caption)
			lengths = append(lengths, int32(len(cut)))
			for _, word := range cut {
				if !distinct[word] {
					distinct[strings.Clone(word)] = true
				}
				if !known[word] {
					unknown++
				}
			}
		}
		s.Captions += len(captions)
	}
	s.PerPicture, s.CaptionWords, s.Distinct = sumUp(perPicture), sumUp(lengths), len(distinct)
	for _, n := range lengths {
		s.Words += int(n)
	}
	if split.Name == Train {
		for word := range distinct {
			known[word] = true
		}
	} else if s.Words > 0 {
		s.Unknown = float64(unknown) / float64(s.Words)
	}
}

// describePictures reads the pictures, one after another.
func (s *SplitStats) describePictures(ctx context.Context, split *Split, done func()) error {
	var widths, heights, sizes []int32
	for i := range split.Len() {
		if err := ctx.Err(); err != nil {
			return err
		}
		done()
		err := split.View(i, func(data []byte) error {
			sizes = append(sizes, int32(len(data)))
			header, err := picture.DecodeConfig(data)
			if err == nil {
				s.Formats[strings.ToLower(header.Format)]++
				widths, heights = append(widths, int32(header.Width)), append(heights, int32(header.Height))
			}
			return err
		})
		if err != nil {
			s.Unreadable++
		}
	}
	s.Width, s.Height, s.Bytes = sumUp(widths), sumUp(heights), sumUp(sizes)
	return nil
}

func sumUp(numbers []int32) Range {
	if len(numbers) == 0 {
		return Range{}
	}
	slices.Sort(numbers)
	total := 0
	for _, n := range numbers {
		total += int(n)
	}
	last := len(numbers) - 1
	return Range{Min: int(numbers[0]), Median: int(numbers[last/2]), Max: int(numbers[last]), Mean: float64(total) / float64(len(numbers))}
}
