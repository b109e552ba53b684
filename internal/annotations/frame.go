package annotations

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// isTable tells whether the object holds a table by its columns, as pandas
// writes one by default: {"image": {"0": …}, "caption": {"0": …}}, or lists.
func (o *object) isTable() bool {
	names := cells(o.value(pictureKey(o.keys)))
	for _, key := range o.tableCaptions() {
		if names == nil || len(cells(o.value(key))) != len(names) {
			return false
		}
	}
	return len(names) > 0 && len(o.tableCaptions()) > 0
}

// tableCaptions are the keys of the columns of captions.
func (o *object) tableCaptions() []string {
	if keys := numbered(o.keys); len(keys) > 0 {
		return keys
	}
	if key := captionKey(o.keys); key != "" {
		return []string{key}
	}
	return nil
}

// cells returns the values of a column by the names of their rows; nil where it
// is none.
func cells(raw json.RawMessage) map[string]json.RawMessage {
	raw = bytes.TrimSpace(raw)
	var rows map[string]json.RawMessage
	var list []json.RawMessage
	switch {
	case len(raw) > 0 && raw[0] == '{' && json.Unmarshal(raw, &rows) == nil:
		return rows
	case len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &list) == nil:
		rows = map[string]json.RawMessage{}
		for i, value := range list {
			rows[strconv.Itoa(i)] = value
		}
		return rows
	}
	return nil
}

// table adds the rows of a table that is held by its columns.
func (d *document) table(o object, line int) error {
	columns := make([]map[string]json.RawMessage, len(o.keys))
	for i, raw := range o.values {
		columns[i] = cells(raw)
	}
	names := slices.SortedFunc(maps.Keys(cells(o.value(pictureKey(o.keys)))), func(a, b string) int {
		x, errX := strconv.Atoi(a)
		y, errY := strconv.Atoi(b)
		if errX == nil && errY == nil {
			return x - y
		}
		return strings.Compare(a, b)
	})
	for number, name := range names {
		var row object
		for i, key := range o.keys {
			if value, ok := columns[i][name]; ok {
				row.add(key, value, line)
			}
		}
		if err := d.add(row, line, number+1); err != nil {
			return err
		}
	}
	return nil
}

// splitNames are the usual names of splits.
var splitNames = []string{"train", "training", "val", "valid", "validation", "dev", "test", "testing", "restval", "eval"}

// isSplits tells whether the object holds lists of records by their splits, as
// in {"train": [{"image": …}], "test": […]}.
func (o *object) isSplits() bool {
	for _, key := range o.keys {
		if !slices.Contains(splitNames, strings.ToLower(key)) || o.records(key) == nil {
			return false
		}
	}
	return len(o.keys) > 0
}

// splits adds the records of each split.
func (d *document) splits(o object) error {
	for i, split := range o.keys {
		for _, raw := range o.records(split) {
			one, err := parse(raw)
			if err != nil {
				return fmt.Errorf("line %d: %w", o.lines[i], err)
			}
			if one.value("split") == nil {
				said, err := json.Marshal(split)
				if err != nil {
					return err
				}
				one.add("split", said, o.lines[i])
			}
			d.elements++
			if err := d.add(one, o.lines[i], d.elements); err != nil {
				return err
			}
		}
	}
	return nil
}
