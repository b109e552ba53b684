package serve

import (
	"math"
	"net/http"
	"strconv"
)

// ibmMAX is the dialect of IBM's Model Asset eXchange.
type ibmMAX struct{ *Server }

// routes are those of IBM's Model Asset eXchange caption generator, a
// server of Show and Tell.
func (s ibmMAX) routes(mux *http.ServeMux) {
	s.handle(mux, "POST /model/predict", maxDialect, s.predict)
}

var maxDialect = dialect{fail: func(w http.ResponseWriter, r *http.Request, f *failure) {
	writeFailure(w, f, f.status, map[string]any{"status": "error", "message": f.text})
}}

type maxPrediction struct {
	Index       string  `json:"index"`
	Caption     string  `json:"caption"`
	Probability float64 `json:"probability"`
}

// maxCaptions is how many captions that server gives.
const maxCaptions = 3

func (s ibmMAX) predict(w http.ResponseWriter, r *http.Request) error {
	picture, o, err := s.readNative(w, r, nil)
	if err != nil {
		return err
	}
	if o.Best == nil {
		best := min(maxCaptions, s.options.MaxBeam)
		o.Best = &best
	}
	d, err := s.describe(r.Context(), picture, o)
	if err != nil {
		return err
	}
	predictions := make([]maxPrediction, len(d.captions))
	for i, c := range d.captions {
		predictions[i] = maxPrediction{strconv.Itoa(i), c.Text, math.Exp(c.LogProbability)}
	}
	writeJSON(w, http.StatusOK, map[string]any{"status": "ok", "predictions": predictions})
	return nil
}
