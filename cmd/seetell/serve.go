package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/serve"
)

// serving is what the command serve was asked for.
type serving struct {
	models  paths
	views   string
	options captioner.Options
	listen  string
	server  serve.Options
	hosts   cli.StringSlice
	origins cli.StringSlice
}

// keyVariable holds the key that requests must bear. It is no flag: other
// users of a machine see a process's arguments.
const keyVariable = "SEETELL_API_KEY"

func serveCommand() *cli.Command {
	o := serving{server: serve.DefaultOptions()}
	s := &o.server
	return &cli.Command{
		Name:  "serve",
		Usage: "describe pictures over HTTP: a page, and an API that other tools' clients speak",
		Description: "The page is at /, the description of the API at /openapi.json. Clients of Ollama, OpenAI,\n" +
			"Hugging Face and PhotoPrism work unchanged: docs/serving.md has a line for each.\n\n" +
			"With " + keyVariable + " set, requests need it: Authorization: Bearer KEY.",
		Flags: slices.Concat(modelsFlags(&o.models, &o.views, &o.options), beamFlags(&s.Beam), []cli.Flag{
			&cli.StringFlag{Name: "listen", Usage: "`ADDRESS` to listen at; 0.0.0.0:8080 for other machines too", Value: "127.0.0.1:8080", Destination: &o.listen, EnvVars: []string{"SEETELL_LISTEN"}},
			&cli.StringFlag{Name: "name", Usage: "`NAME` of the model, as clients list it", Value: s.Name, Destination: &s.Name},
			&cli.StringFlag{Name: "base-path", Usage: "`PATH` that a proxy leaves before each address, such as /captions", Destination: &s.BasePath},
		}, under("limits", []cli.Flag{
			&cli.IntFlag{Name: "queue", Usage: "pictures decoded or waiting; one more is told to come again (429)", Value: s.Queue, Destination: &s.Queue},
			&cli.IntFlag{Name: "max-batch", Usage: "pictures described at once", Value: s.MaxBatch, Destination: &s.MaxBatch},
			&cli.IntFlag{Name: "max-beam", Usage: "widest search that a request may ask for", Value: s.MaxBeam, Destination: &s.MaxBeam},
			&cli.IntFlag{Name: "max-pictures", Usage: "pictures of one request", Value: s.Pictures, Destination: &s.Pictures},
			&cli.Int64Flag{Name: "max-body", Usage: "`BYTES` of one picture's file", Value: s.Body, Destination: &s.Body},
			&cli.Int64Flag{Name: "body-memory", Usage: "`BYTES` of all requests' bodies together", Value: s.Memory, Destination: &s.Memory},
			&cli.IntFlag{Name: "max-connections", Usage: "connections open at once", Value: s.Connections, Destination: &s.Connections},
			&cli.DurationFlag{Name: "header-time", Usage: "for a request's header to arrive", Value: s.HeaderTime, Destination: &s.HeaderTime},
			&cli.DurationFlag{Name: "body-time", Usage: "for a request's body to arrive", Value: s.BodyTime, Destination: &s.BodyTime},
			&cli.DurationFlag{Name: "idle-time", Usage: "that an unused connection stays open", Value: s.IdleTime, Destination: &s.IdleTime},
			&cli.DurationFlag{Name: "drain-delay", Usage: "of serving on after SIGTERM, while /readyz says 503", Value: s.DrainDelay, Destination: &s.DrainDelay},
			&cli.DurationFlag{Name: "drain-time", Usage: "for requests under way to be answered after that", Value: s.DrainTime, Destination: &s.DrainTime},
		}), under("who may ask", []cli.Flag{
			&cli.StringSliceFlag{Name: "host", Usage: "`NAME` that requests may be addressed to, once for each; *.example.org for all below; on a loopback address also its own names, elsewhere any if none is given", Destination: &o.hosts},
			&cli.StringSliceFlag{Name: "cors-origin", Usage: "`ORIGIN` whose pages may ask, such as https://photos.example.org; * for any", Destination: &o.origins},
		}), []cli.Flag{configFlag()}),
		Action: func(c *cli.Context) (err error) {
			if err := noArguments(c); err != nil {
				return err
			}
			if err := readConfig(c); err != nil {
				return err
			}
			if o.models, err = o.models.chosen(c); err != nil {
				return err
			}
			if o.options.Flip, err = flipped(o.views); err != nil {
				return err
			}
			return o.run(c)
		},
	}
}

func (o serving) run(c *cli.Context) error {
	o.server.CORSOrigins = o.origins.Value()
	o.server.APIKey, o.server.Version, o.server.Log = os.Getenv(keyVariable), version, slog.New(logrusHandler{})
	address, err := net.ResolveTCPAddr("tcp", o.listen)
	if err != nil {
		return usage(fmt.Errorf("--listen %q: %w", o.listen, err))
	}
	o.server.Hosts = listenHosts(address, o.hosts.Value())
	if err := flagged(o.server.Validate(), c.Command); err != nil {
		return usage(err)
	}
	if err := findModels(c, o.models); err != nil {
		return err
	}
	if o.server.SHA256, o.server.Size, err = fingerprint(o.models); err != nil {
		return err
	}
	model, err := captioner.OpenAll(o.models, o.options)
	if err != nil {
		return err
	}
	defer model.Close()
	warnIfSlow(o.options)
	o.server.Device = model.Device().String()
	server, err := serve.New(model, o.server)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		server.Close()
		return err
	}
	return o.serve(c.Context, server, listener)
}

// serve answers at the listener until the command is told to end.
func (o serving) serve(ctx context.Context, server *serve.Server, listener net.Listener) error {
	logrus.WithFields(logrus.Fields{"address": "http://" + listener.Addr().String(), "model": o.models.String(), "device": o.server.Device}).Info("serving")
	if err := server.Serve(ctx, listener); err != nil {
		return err
	}
	logrus.Info("every request is answered")
	return nil
}

// listenHosts returns the names that requests may be addressed to at an
// address. A page of another site can have its own name resolve to a loopback
// address, and then ask there as if it were at home.
func listenHosts(address *net.TCPAddr, named []string) []string {
	if address.IP.IsLoopback() {
		return append(serve.LoopbackHosts(), named...)
	}
	return named
}

// fingerprint returns the SHA-256 of files, one behind the other, and their size.
func fingerprint(files []string) (string, int64, error) {
	sum := sha256.New()
	var size int64
	for _, path := range files {
		file, err := os.Open(path)
		if err != nil {
			return "", 0, err
		}
		n, err := io.Copy(sum, file)
		file.Close()
		if err != nil {
			return "", 0, fmt.Errorf("read %s: %w", path, err)
		}
		size += n
	}
	return hex.EncodeToString(sum.Sum(nil)), size, nil
}
