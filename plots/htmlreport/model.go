package htmlreport

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seetell/seetell/captioner/checkpoint"
)

// ErrOtherModel is the error of an evaluation of a model that is not the run's.
var ErrOtherModel = errors.New("the evaluation is of another model than the run's")

// checkModel returns an error where the evaluation is of none of the checkpoints
// in the run's folder. One that lay there by its path may have been overwritten
// since by a later epoch; then the page says so.
func (p *page) checkModel(dir string) error {
	evaluated, _ := p.model["sha256"].(string)
	if evaluated == "" { // no evaluation, or one that does not name its model
		return nil
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".safetensors" || !file.Type().IsRegular() {
			continue
		}
		sum, err := checkpoint.Checksum(filepath.Join(dir, file.Name()))
		if err != nil {
			return err
		}
		if sum == evaluated {
			return nil
		}
	}
	path, _ := p.model["path"].(string)
	if whole, err := filepath.Abs(dir); err == nil && path != "" && filepath.Dir(path) == whole {
		p.Notes = append(p.Notes, fmt.Sprintf("The evaluation is of %s after epoch %v; the file in the run's folder is another one since.", filepath.Base(path), p.model["epoch"]))
		return nil
	}
	if p.source.AnyModel {
		p.Notes = append(p.Notes, "The evaluation is of another model than the training run's.")
		return nil
	}
	return fmt.Errorf("%w: it is of %s, sha256 %.12s…, which is no checkpoint in %s", ErrOtherModel, path, evaluated, dir)
}
