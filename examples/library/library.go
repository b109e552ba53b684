// Package library holds the examples of docs/library.md as code that is compiled
// and run; its test holds the document to them.
package library

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/nn"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots/attention"
	"github.com/seetell/seetell/predict"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/train"
)

// describe captions pictures together, each with a deadline of its own, and
// returns a text for each: a picture that fails, or is late, fails alone.
func describe(ctx context.Context, model *captioner.Model, photos [][]byte) []string {
	texts := make([]string, len(photos))
	var requests []captioner.Request
	var of []int // the request's photograph
	for i, photo := range photos {
		prepared, err := model.Prepare(ctx, photo) // decoded and resized, any number of goroutines at once
		if err != nil {
			texts[i] = err.Error()
			continue
		}
		late, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		requests = append(requests, captioner.Request{Context: late, Picture: prepared, Beam: captioner.DefaultBeam()})
		of = append(of, i)
	}
	for k, answer := range model.CaptionPrepared(requests) { // one pass for all of them
		switch {
		case errors.Is(answer.Err, context.DeadlineExceeded):
			texts[of[k]] = "not in time"
		case answer.Err != nil:
			texts[of[k]] = answer.Err.Error()
		default:
			texts[of[k]] = answer.Captions[0].Text
		}
	}
	return texts
}

// fineTune teaches a model pictures of one's own, and returns the path of the
// best one that came of it.
func fineTune(ctx context.Context, from, data, out string) (string, error) {
	cfg, err := train.Recipe("quick")
	if err != nil {
		return "", err
	}
	cfg.Data, cfg.Out = data, out
	cfg.From = from     // without it the backbone begins with ImageNet's weights
	cfg.ShareRate(2e-4) // the backbone's in proportion
	cfg.ShareEpochs(3)
	result, err := train.Run(ctx, cfg) // train.Log(logger) behind it hears how it goes
	if err != nil {
		return "", err
	}
	return result.BestModel, nil
}

// score says what captions are worth, with an interval, and whether they are
// better than another system's.
func score(ctx context.Context, out io.Writer, images evaluate.Images, others map[string]string) error {
	report, err := evaluate.Score(ctx, images, evaluate.Options{Resamples: 1000, Seed: 1, Baseline: others})
	if err != nil {
		return err
	}
	cider, less := report.Scores["CIDEr"], report.Baseline.Differences["CIDEr"]
	_, err = fmt.Fprintf(out, "CIDEr-D %.3f %.3f, better by %.3f (p %.2f)\n", cider, report.Intervals["CIDEr"], less.Value, *less.P)
	return err
}

// look leaves pictures in the folder dir of where the model looked for each word.
func look(ctx context.Context, model *captioner.Model, photo []byte, dir string) error {
	p, err := picture.DecodeContext(ctx, photo)
	if err != nil {
		return err
	}
	captions, err := model.Caption(ctx, []*picture.Picture{p}, captioner.DefaultBeam())
	if err != nil {
		return err
	}
	maps := predict.Attention(model.Metadata, p, captions[0][0])
	return attention.Save(dir, "photo.jpg", []*attention.Maps{maps})
}

// fit finds the weights w of y = x w, of two columns, by Adam.
func fit(x, y []float32) (w []float32, err error) {
	err = torch.Run(func(s *torch.Scope) error { // frees every tensor made in it
		rows := int64(len(y))
		inputs, outputs := torch.FromSlice(s, x, rows, 2), torch.FromSlice(s, y, rows, 1)
		layer := nn.NewLinear(s, 2, 1, nn.Options{})
		adam := nn.NewAdam([]nn.Group{{Parameters: nn.Parameters(layer.Named("")), LearningRate: .1}}, nn.DefaultAdamConfig())
		defer adam.Close()
		for range 200 {
			s.Within(func(s *torch.Scope) []*torch.Tensor { // frees what a step makes
				adam.ZeroGrad()
				apart := layer.Forward(s, inputs).Sub(s, outputs)
				apart.Mul(s, apart).Mean(s).Backward(s)
				adam.Step(s)
				return nil
			})
		}
		w = layer.Weight.Float32s(s)
		return s.Err() // of the first operator that failed
	})
	return w, err
}
