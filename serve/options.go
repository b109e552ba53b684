package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/seetell/seetell/captioner"
)

// Options says what a Server allows. DefaultOptions has the values given here.
type Options struct {
	Name    string // of the model, as clients list it: "seetell"
	SHA256  string // of the model's file, for metrics; may be empty
	Size    int64  // of the model's file in bytes, as Ollama's clients show it; may be 0
	Device  string // that the model runs on, for metrics; may be empty
	Version string // of the program, as /api/version tells it: "0.0.0"

	Beam    captioner.Beam // of a request that asks for none, 5 wide; of a word at least
	MaxBeam int            // the widest that a request may ask for, 20

	MaxBatch int   // pictures described at once, 16
	Queue    int   // pictures decoded or waiting, 64; one more gets 429
	Pictures int   // of one request, 8
	Body     int64 // bytes of one picture, 32 MiB; as base64 a third more
	Memory   int64 // bytes of all requests' bodies together, 1 GiB

	Connections int           // open at once, 256; those that are slowest to ask make room
	HeaderTime  time.Duration // for a request's header, 5 s
	BodyTime    time.Duration // for a request's body, 30 s
	IdleTime    time.Duration // between requests of a connection, 60 s
	DrainDelay  time.Duration // of serving on after the end was asked for, 0
	DrainTime   time.Duration // for requests under way to be answered, 8 s

	BasePath    string   // that a proxy leaves before each path, such as "/captions"
	Hosts       []string // that requests may be addressed to; none for any
	CORSOrigins []string // whose pages may ask, "*" for any; none by default
	APIKey      string   // that requests bear, unless empty

	Log *slog.Logger // a line a request; nil for none
}

// DefaultOptions returns what the command line starts from.
func DefaultOptions() Options {
	beam := captioner.DefaultBeam()
	beam.MinWords = 1 // a library takes an empty caption for a failure
	return Options{
		Name: "seetell", Version: "0.0.0",
		Beam: beam, MaxBeam: 20,
		MaxBatch: 16, Queue: 64, Pictures: 8, Body: 32 << 20, Memory: 1 << 30,
		Connections: 256, HeaderTime: 5 * time.Second, BodyTime: 30 * time.Second, IdleTime: time.Minute,
		DrainTime: 8 * time.Second,
	}
}

// Validate says what is wrong with the options, if anything, by the names that
// the command line's flags have.
func (o Options) Validate() error {
	for _, wrong := range []func() error{o.checkCounts, o.checkTimes, o.checkNames, o.checkBeam} {
		if err := wrong(); err != nil {
			return err
		}
	}
	return nil
}

func (o Options) checkCounts() error {
	for _, count := range []struct {
		name  string
		value int64
	}{
		{"queue", int64(o.Queue)}, {"max batch", int64(o.MaxBatch)}, {"max beam", int64(o.MaxBeam)}, {"max pictures", int64(o.Pictures)},
		{"max body", o.Body}, {"body memory", o.Memory}, {"max connections", int64(o.Connections)},
	} {
		if count.value < 1 {
			return fmt.Errorf("%s %d: must be above 0", count.name, count.value)
		}
	}
	return nil
}

func (o Options) checkTimes() error {
	for _, span := range []struct {
		name  string
		value time.Duration
	}{
		{"header time", o.HeaderTime}, {"body time", o.BodyTime}, {"idle time", o.IdleTime}, {"drain time", o.DrainTime},
	} {
		if span.value <= 0 {
			return fmt.Errorf("%s %v: must be above 0", span.name, span.value)
		}
	}
	if o.DrainDelay < 0 {
		return fmt.Errorf("drain delay %v: must be 0 or more", o.DrainDelay)
	}
	return nil
}

func (o Options) checkNames() error {
	if o.Name == "" {
		return errors.New("name: give the model one")
	}
	if o.BasePath != "" && (!strings.HasPrefix(o.BasePath, "/") || strings.HasSuffix(o.BasePath, "/")) {
		return fmt.Errorf("base path %q: must begin with a slash and end without one", o.BasePath)
	}
	for _, host := range o.Hosts {
		if !isHost(host) {
			return fmt.Errorf("host %q: give a name or an IP address, such as photos.example.org, without scheme, port and path", host)
		}
	}
	for _, origin := range o.CORSOrigins {
		if origin != "*" && http.NewCrossOriginProtection().AddTrustedOrigin(origin) != nil {
			return fmt.Errorf("cors origin %q: give a scheme and a host, such as https://photos.example.org, or * for any", origin)
		}
	}
	return nil
}

func (o Options) checkBeam() error {
	switch {
	case o.Beam.MinWords < 1:
		return fmt.Errorf("min words %d: must be above 0; clients take an empty caption for a failure", o.Beam.MinWords)
	case o.MaxBeam < o.Beam.Width:
		return fmt.Errorf("beam %d: must be from 1 to the widest that a request may ask for, %d; let max beam be more", o.Beam.Width, o.MaxBeam)
	}
	return o.Beam.Validate()
}
