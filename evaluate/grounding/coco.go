package grounding

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/seetell/seetell/internal/picturename"
)

// ReadInstances reads the boxes of a COCO instances file, by the pictures' file
// names and by their numbers, as data sets of COCO's pictures name them either
// way.
func ReadInstances(path string) (map[string][]Box, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Images []struct {
			ID            int64
			FileName      string `json:"file_name"`
			Width, Height float64
		}
		Annotations []struct {
			ImageID    int64      `json:"image_id"`
			CategoryID int64      `json:"category_id"`
			Box        [4]float64 `json:"bbox"`
		}
		Categories []struct {
			ID   int64
			Name string
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, fmt.Errorf("read boxes from %s: %w", path, err)
	}
	if len(file.Images) == 0 || len(file.Categories) == 0 {
		return nil, fmt.Errorf("read boxes from %s: it has no images or no categories; give COCO's instances", path)
	}
	category := map[int64]string{}
	for _, c := range file.Categories {
		category[c.ID] = c.Name
	}
	boxes := map[int64][]Box{}
	size := map[int64][2]float64{}
	for _, image := range file.Images {
		if image.Width <= 0 || image.Height <= 0 {
			return nil, fmt.Errorf("read boxes from %s: image %d has no size", path, image.ID)
		}
		size[image.ID] = [2]float64{image.Width, image.Height}
	}
	for _, a := range file.Annotations {
		s, ok := size[a.ImageID]
		if !ok {
			continue
		}
		boxes[a.ImageID] = append(boxes[a.ImageID], Box{
			Category: category[a.CategoryID],
			X:        a.Box[0] / s[0], Y: a.Box[1] / s[1], Width: a.Box[2] / s[0], Height: a.Box[3] / s[1],
		})
	}
	named := map[string][]Box{}
	for _, image := range file.Images {
		named[image.FileName] = boxes[image.ID]
		if picturename.Ends(image.FileName) {
			named[strings.TrimSuffix(image.FileName, filepath.Ext(image.FileName))] = boxes[image.ID]
		}
		named[strconv.FormatInt(image.ID, 10)] = boxes[image.ID]
	}
	return named, nil
}
