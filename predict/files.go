package predict

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/seetell/seetell/captioner"
	"github.com/seetell/seetell/evaluate"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/internal/wholefile"
	"github.com/seetell/seetell/picture"
	"github.com/seetell/seetell/plots"
	"github.com/seetell/seetell/plots/gallery"
)

// write leaves captions.json, references.json, report.json, the plots and the gallery.
func (e *evaluation) write(found Predictions, meta captioner.Metadata, report *evaluate.Report) error {
	if err := found.writeCaptions(filepath.Join(e.Out, evaluate.CaptionsFile)); err != nil {
		return err
	}
	if err := found.writeReferences(filepath.Join(e.Out, evaluate.ReferencesFile)); err != nil {
		return err
	}
	if err := report.Save(filepath.Join(e.Out, evaluate.ReportFile)); err != nil {
		return err
	}
	if err := savePlots(e.Out, fileNames(e.Models), report); err != nil {
		return err
	}
	return e.gallery(found, meta, report)
}

// cocoResult is a caption in the form of COCO's results files.
type cocoResult struct {
	ImageID string `json:"image_id"`
	Caption string `json:"caption"`
}

// writeCaptions writes the best captions in COCO's results form.
func (p Predictions) writeCaptions(path string) error {
	results := make([]cocoResult, len(p.Pictures))
	for i, one := range p.Pictures {
		results[i] = cocoResult{one.ID, one.Captions[0].Text}
	}
	text, err := json.MarshalIndent(results, "", " ")
	if err != nil {
		return err
	}
	return wholefile.Write(path, terminal.JSON(append(text, '\n')), 0o644)
}

// writeReferences writes the references by id, as the command score reads them.
func (p Predictions) writeReferences(path string) error {
	references := make(map[string][]string, len(p.Pictures))
	for _, one := range p.Pictures {
		references[one.ID] = one.References
	}
	text, err := json.MarshalIndent(references, "", " ")
	if err != nil {
		return err
	}
	return wholefile.Write(path, terminal.JSON(append(text, '\n')), 0o644)
}

// savePlots draws a report's figures, of a system so named, into the folder's
// own for them.
func savePlots(folder, name string, report *evaluate.Report) error {
	system, err := plots.NewSystem(name, report)
	if err != nil {
		return err
	}
	figures, err := plots.Figures([]*plots.System{system}, nil)
	if err != nil {
		return err
	}
	return plots.Save(filepath.Join(folder, "plots"), figures, []string{"png", "svg"})
}

// galleryEach is the number of pictures in each of the gallery's four groups.
const galleryEach = 10

func (e *evaluation) gallery(found Predictions, meta captioner.Metadata, report *evaluate.Report) error {
	var items []gallery.Item
	for _, choice := range gallery.Choose(report, galleryEach, uint64(e.Set.Seed)) {
		predicted := found.Pictures[choice.Index]
		data, err := e.split.Bytes(predicted.Row)
		if err != nil {
			return err
		}
		p, err := picture.Decode(data)
		if err != nil {
			return fmt.Errorf("%s: %w", e.split.Record(predicted.Row).Where, err)
		}
		items = append(items, gallery.Item{
			ID: predicted.ID, Group: choice.Group, References: predicted.References,
			Scores:    report.PerImage[choice.Index].Scores,
			Attention: *Attention(meta, p, predicted.Captions[0]),
		})
	}
	return gallery.Write(filepath.Join(e.Out, "gallery"), items)
}
