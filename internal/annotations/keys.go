package annotations

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The keys and column names that pictures and captions go by, the most telling
// first. CaptionKeys and FileKeys are those of tables in parquet too.
var (
	FileKeys    = []string{"image_filename", "file_name", "filename", "image_path", "img_path", "filepath", "file_path", "path", "image_name", "image_file"}
	NumberKeys  = []string{"cocoid", "image_id", "img_id", "imgid", "imageid"}
	CaptionKeys = []string{"captions", "caption", "sentences", "sentence", "texts", "text", "txt", "description", "alt_text", "references", "comment", "raw", "title", "prompt"}

	nameKeys  = append([]string{"image", "img", "picture", "photo", "file", "name"}, FileKeys...)
	labelKeys = []string{"image_id", "id", "file", "file_name", "filename", "filepath", "image"}
	textKeys  = []string{"raw", "caption", "text"} // of an object in a list of captions
)

// CaptionNumber returns N of caption_N, captionN, caption N and the like, else -1.
func CaptionNumber(key string) int {
	for _, stem := range []string{"caption", "text", "sentence", "comment"} {
		if digits, ok := strings.CutPrefix(key, stem); ok {
			if n, err := strconv.Atoi(strings.TrimLeft(digits, "_- ")); err == nil && n >= 0 {
				return n
			}
		}
	}
	return -1
}

// numbered returns those of the keys that are caption_0, caption_1 …, in the
// order of their numbers.
func numbered(keys []string) []string {
	found := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return CaptionNumber(key) < 0 })
	slices.SortStableFunc(found, func(a, b string) int { return CaptionNumber(a) - CaptionNumber(b) })
	return found
}

// missingKeys is the error of a record without a picture or without captions.
func missingKeys(what string, seen, wanted []string) error {
	return fmt.Errorf("no %s: it has %s; looked for %s", what, quoted(seen), strings.Join(wanted, ", "))
}

// firstKey returns the first of the wanted that is among the keys, or "".
func firstKey(keys, wanted []string) string {
	for _, key := range wanted {
		if slices.Contains(keys, key) {
			return key
		}
	}
	return ""
}
