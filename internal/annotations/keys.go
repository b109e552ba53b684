package annotations

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The keys and column names that pictures and captions go by, the most telling
// first. CaptionKeys and FileKeys are those of tables in parquet too.
var (
	FileKeys    = []string{"image_filename", "file_name", "filename", "image_path", "img_path", "filepath", "file_path", "path", "image_name", "image_file", "image_file_name", "image_url"}
	NumberKeys  = []string{"cocoid", "image_id", "img_id", "imgid", "imageid"}
	CaptionKeys = []string{"captions", "caption", "sentences", "sentence", "texts", "text", "txt", "description", "alt_text", "references", "comment", "raw", "title", "prompt", "alt", "report", "summary", "generated_text", "prediction", "hypothesis"}

	nameKeys  = append(append([]string{"image", "img", "picture", "photo", "file", "name"}, FileKeys...), "images", "jpg", "key", "uid", "url")
	labelKeys = []string{"image_id", "id", "file", "file_name", "filename", "filepath", "image"}
	textKeys  = []string{"raw", "caption", "text"} // of an object in a list of captions
)

// numberedStems are what stands before the number of one caption of several.
var numberedStems = []string{"caption", "captions", "text", "sentence", "sentences", "sent", "comment", "description", "desc", "title", "raw", "alt_text"}

// CaptionNumber returns N of caption_N, captionN, caption N and the like, else -1.
func CaptionNumber(key string) int {
	for _, stem := range numberedStems {
		if digits, ok := strings.CutPrefix(key, stem); ok {
			if n, err := strconv.Atoi(strings.TrimLeft(digits, "_- ")); err == nil && n >= 0 {
				return n
			}
		}
	}
	return -1
}

// numbered returns those of the keys that are caption_0, caption_1 …, in the
// order of their numbers. Where they begin with 1 or 2, a caption without a
// number is the first.
func numbered(keys []string) []string {
	found := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return CaptionNumber(key) < 0 })
	slices.SortStableFunc(found, func(a, b string) int { return CaptionNumber(a) - CaptionNumber(b) })
	if len(found) > 0 && CaptionNumber(found[0]) > 0 {
		if first := slices.IndexFunc(keys, func(key string) bool {
			return slices.Contains(numberedStems, key) && strings.HasPrefix(found[0], key)
		}); first >= 0 {
			found = slices.Insert(found, 0, keys[first])
		}
	}
	return found
}

// plain returns a key as keys compare: Image Name is image_name.
func plain(key string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), " ", "_")
}

// captionKey returns the key of captions among all: the first known one, else
// the only one that has caption in its name, such as english_caption; or "".
func captionKey(keys []string) string {
	if key := firstKey(keys, CaptionKeys); key != "" {
		return key
	}
	return onlyKey(keys, "caption")
}

// pictureKey is captionKey for the name of a picture.
func pictureKey(keys []string) string {
	if key := firstKey(keys, nameKeys); key != "" {
		return key
	}
	if firstKey(keys, NumberKeys) != "" {
		return ""
	}
	return onlyKey(keys, "image", "img", "file")
}

// wordKey is a key that is a name, rather than a file's or a caption.
var wordKey = regexp.MustCompile(`^[a-z]+(_[a-z]+){0,3}$`)

// onlyKey returns the one key that has a part in its name, "" for none or several.
func onlyKey(keys []string, parts ...string) (found string) {
	for _, key := range keys {
		if !wordKey.MatchString(key) || !slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(key, part) }) {
			continue
		}
		if found != "" {
			return ""
		}
		found = key
	}
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
