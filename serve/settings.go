package serve

import (
	"fmt"
	"maps"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/internal/meant"
)

// settings is what a request asks for beside its picture.
type settings struct {
	Best          *int     `json:"best"`
	Beam          *int     `json:"beam"`
	MaxWords      *int     `json:"max_words"`
	LengthPenalty *float64 `json:"length_penalty"`
	Attention     *bool    `json:"attention"`
}

// fill reads what values name, where nothing was said before.
func (o *settings) fill(values url.Values) error {
	for _, number := range []struct {
		name string
		to   **int
	}{{"best", &o.Best}, {"beam", &o.Beam}, {"max_words", &o.MaxWords}} {
		if text := values.Get(number.name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return badSetting(number.name, "a whole number")
			}
			*number.to = &n
		}
	}
	if text := values.Get("length_penalty"); text != "" {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return badSetting("length_penalty", "a number")
		}
		o.LengthPenalty = &v
	}
	if text, given := values["attention"]; given {
		v, err := strconv.ParseBool(text[0])
		if err != nil {
			return badSetting("attention", "true or false")
		}
		o.Attention = &v
	}
	return nil
}

// settingNames are what fill reads.
var settingNames = []string{"best", "beam", "max_words", "length_penalty", "attention"}

// addressed refuses an address whose parameters cannot be read, or are none of
// names.
func addressed(r *http.Request, names []string) error {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return refuse(http.StatusBadRequest, "bad request", "the parameters in the address cannot be read: %v", err)
	}
	return known(namesOf(values), names)
}

// namesOf lists the names in values, each as often as it stands there.
func namesOf(values url.Values) []string {
	var given []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given = append(given, slices.Repeat([]string{name}, len(values[name]))...)
	}
	return given
}

// known refuses a given name that is none of names, and one that stands twice: a
// word misspelt would else be passed over, and so would a second value.
func known(given, names []string) error {
	for i, name := range given {
		if slices.Contains(given[:i], name) {
			return refuse(http.StatusBadRequest, "bad request", "%s: stands twice; give one value", name)
		}
		if slices.Contains(names, name) {
			continue
		}
		hint := "; there are " + strings.Join(names, ", ")
		if near := meant.Name(name, names); near != "" {
			hint = " (did you mean " + near + "?)"
		}
		return refuse(http.StatusBadRequest, "bad request", "no parameter %q%s", name, hint)
	}
	return nil
}

func badSetting(name, want string) error {
	return refuse(http.StatusBadRequest, "bad request", "%s: must be %s", name, want)
}

// beam returns the search that is asked for, within what the server allows. A
// request for more captions than the beam is wide widens it.
func (s *Server) beam(o settings) (captioner.Beam, error) {
	b := s.options.Beam
	if o.Best != nil {
		b.Best = *o.Best
		b.Width = max(b.Width, min(b.Best, s.options.MaxBeam))
	}
	if o.Beam != nil {
		b.Width = *o.Beam
	}
	if o.MaxWords != nil {
		b.MaxWords = *o.MaxWords
		b.MinWords = min(b.MinWords, max(b.MaxWords, 1))
	}
	if o.LengthPenalty != nil {
		b.LengthPenalty = *o.LengthPenalty
	}
	return b, s.allowed(b)
}

// allowed says what of a search is not, by the names that requests have.
func (s *Server) allowed(b captioner.Beam) error {
	wide, long := s.options.MaxBeam, s.options.Beam.MaxWords
	switch {
	case b.Width < 1 || b.Width > wide:
		return badSetting(fmt.Sprint("beam ", b.Width), fmt.Sprint("from 1 to ", wide))
	case b.Best < 1 || b.Best > b.Width:
		return badSetting(fmt.Sprint("best ", b.Best), fmt.Sprint("from 1 to the beam's width, ", b.Width))
	case b.MaxWords < 1 || b.MaxWords > long:
		return badSetting(fmt.Sprint("max_words ", b.MaxWords), fmt.Sprint("from 1 to ", long))
	case !(b.LengthPenalty >= 0) || math.IsInf(b.LengthPenalty, 0):
		return badSetting(fmt.Sprint("length_penalty ", b.LengthPenalty), "0 or more")
	}
	if err := b.Validate(); err != nil {
		return refuse(http.StatusBadRequest, "bad request", "%v", err)
	}
	return nil
}
