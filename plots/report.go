package plots

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/plots/internal/metrics"
	"github.com/seetell/seetell/plots/internal/typeset"
)

// LoadSystem reads a report of scores: report.json, the folder of one, or what
// `seetell score --format json` wrote. Its name is that of its folder for a
// report.json, else that of the file.
func LoadSystem(path string) (*System, error) {
	path = fileIn(path, evaluate.ReportFile)
	r, err := evaluate.Load(path)
	if err != nil {
		return nil, fmt.Errorf("read report: %w", err)
	}
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	if name == "report" {
		if folder, err := filepath.Abs(path); err == nil {
			name = filepath.Base(filepath.Dir(folder))
		}
	}
	system, err := NewSystem(name, r)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", path, err)
	}
	return system, nil
}

// NewSystem takes the scores of a report. A metric is left out where no
// picture has it; where some have it and some have not, the report is broken.
func NewSystem(name string, r *evaluate.Report) (*System, error) {
	if len(r.PerImage) == 0 {
		return nil, errors.New("it has no pictures (per_image is empty)")
	}
	if r.Images != len(r.PerImage) {
		return nil, fmt.Errorf("it says %d pictures and lists %d", r.Images, len(r.PerImage))
	}
	s := &System{Name: typeset.Clean(name), Images: r.Images, Grounding: r.Grounding}
	for _, image := range r.PerImage {
		s.Words = append(s.Words, len(strings.Fields(image.Caption)))
	}
	keys := make([]string, 0, len(r.Scores))
	for key := range r.Scores {
		keys = append(keys, key)
	}
	metrics.Sort(keys)
	for _, key := range keys {
		series, err := newSeries(key, r)
		if err != nil {
			return nil, err
		}
		if series != nil {
			s.Series = append(s.Series, *series)
		}
	}
	if len(s.Series) == 0 {
		return nil, errors.New("it has no score of single pictures")
	}
	return s, nil
}

// newSeries picks one metric of the report, nil where no picture has it.
func newSeries(key string, r *evaluate.Report) (*Series, error) {
	m := metrics.In(r, key)
	s := &Series{Metric: key, Label: m.Label, Score: r.Scores[key], High: m.High}
	missing := -1
	for i, image := range r.PerImage {
		v, ok := image.Scores[key]
		if !ok {
			missing = i
			continue
		}
		if !m.Holds(v) {
			return nil, m.Outside(fmt.Sprintf("picture %q has %s", typeset.Clean(image.ID), typeset.Clean(key)), v)
		}
		s.Values = append(s.Values, min(v, m.High))
	}
	if len(s.Values) == 0 {
		return nil, nil
	}
	if missing >= 0 {
		return nil, fmt.Errorf("picture %q has no %s, and others have", typeset.Clean(r.PerImage[missing].ID), typeset.Clean(key))
	}
	if err := s.addInterval(r, m); err != nil {
		return nil, err
	}
	return s, s.addReferences(r.ReferencePoints, m)
}

// addInterval adds the interval of the corpus score, and checks both.
func (s *Series) addInterval(r *evaluate.Report, m metrics.Metric) error {
	if !m.Holds(s.Score) {
		return m.Outside(fmt.Sprintf("the corpus's %s is", typeset.Clean(s.Metric)), s.Score)
	}
	interval, ok := r.Intervals[s.Metric]
	if !ok {
		return nil
	}
	if interval[0] > interval[1] {
		return fmt.Errorf("the interval of %s is from %v to %v", typeset.Clean(s.Metric), interval[0], interval[1])
	}
	for _, v := range interval {
		if !m.Holds(v) {
			return m.Outside(fmt.Sprintf("the interval of %s ends at", typeset.Clean(s.Metric)), v)
		}
	}
	s.Interval = interval[:]
	return nil
}

// addReferences adds the scores of people and of a constant caption.
func (s *Series) addReferences(points *evaluate.ReferencePoints, m metrics.Metric) error {
	if points == nil {
		return nil
	}
	if floor, ok := points.Constant.Scores[s.Metric]; ok {
		s.Floor = &Reference{Name: "constant caption", Score: floor}
		if !m.Holds(floor) {
			return m.Outside(fmt.Sprintf("the constant caption's %s is", typeset.Clean(s.Metric)), floor)
		}
	}
	fewer := points.LeaveOneOut
	if fewer == nil {
		return nil
	}
	human, ok := fewer.Human[s.Metric]
	if !ok {
		return nil
	}
	s.Human = &Reference{Name: "human, one reference fewer", Score: human, Values: fewer.HumanPerImage[s.Metric]}
	for _, v := range append([]float64{human}, s.Human.Values...) {
		if !m.Holds(v) {
			return m.Outside(fmt.Sprintf("people's %s is", typeset.Clean(s.Metric)), v)
		}
	}
	if score, ok := fewer.System[s.Metric]; ok {
		s.Fewer = &Fewer{Score: score, Floor: fewer.Constant[s.Metric]}
	}
	return nil
}
