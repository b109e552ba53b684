package serve

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// metrics is what /metrics tells, a registry of its own for each server.
type metrics struct {
	registry                       *prometheus.Registry
	requests                       *prometheus.CounterVec
	duration                       *prometheus.HistogramVec
	inFlight, queue                prometheus.Gauge
	wait, batch, decode, inference prometheus.Histogram
	captions                       prometheus.Counter
	rejected                       *prometheus.CounterVec
}

// seconds are the bounds of the histograms of time: a picture takes some 50 ms.
var seconds = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

func newMetrics(o Options) *metrics {
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		return prometheus.NewHistogram(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets})
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "seetell_http_requests_total", Help: "Requests answered, by route and status."}, []string{"route", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "seetell_http_request_duration_seconds", Help: "From a request's header to the end of its answer.", Buckets: seconds}, []string{"route"}),
		inFlight:  gauge("seetell_requests_in_flight", "Requests being read or answered."),
		queue:     gauge("seetell_queue_length", "Pictures being decoded, waiting for the model or in it."),
		wait:      histogram("seetell_queue_wait_seconds", "From a decoded picture to the model's beginning with it.", seconds),
		batch:     histogram("seetell_batch_size", "Pictures described at once.", []float64{1, 2, 3, 4, 6, 8, 12, 16, 32}),
		decode:    histogram("seetell_decode_seconds", "Decoding and resizing one picture, waiting for memory included.", seconds),
		inference: histogram("seetell_inference_seconds", "Describing one batch.", seconds),
		captions:  prometheus.NewCounter(prometheus.CounterOpts{Name: "seetell_captions_total", Help: "Pictures described."}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "seetell_rejected_total", Help: "Requests refused, by reason."}, []string{"reason"}),
	}
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "seetell_model_info", Help: "The model that is served; always 1.",
		ConstLabels: prometheus.Labels{"name": o.Name, "sha256": o.SHA256, "device": o.Device}})
	info.Set(1)
	m.registry.MustRegister(m.requests, m.duration, m.inFlight, m.queue, m.wait, m.batch, m.decode, m.inference,
		m.captions, m.rejected, info, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}
