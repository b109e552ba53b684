package annotations

import (
	"bytes"
	"fmt"
)

// ForeignError says that a file is of another kind, and what to do.
type ForeignError struct{ Kind, Advice string }

func (e *ForeignError) Error() string { return fmt.Sprintf("this is %s: %s", e.Kind, e.Advice) }

// foreign are the kinds that people give for a captions file, by how they begin.
var foreign = []struct{ start, kind, advice string }{
	{"\xff\xfe\x00\x00", "text in UTF-32", "save it as UTF-8 (iconv -f UTF-32 -t UTF-8)"},
	{"\x00\x00\xfe\xff", "text in UTF-32", "save it as UTF-8 (iconv -f UTF-32 -t UTF-8)"},
	{"PK\x03\x04", "a zip archive or an Excel workbook", "unpack the archive and give its folder, or save the sheet as CSV UTF-8"},
	{"\x1f\x8b", "a gzip archive", "unpack it (gunzip; tar xzf where it is a .tar.gz)"},
	{"BZh", "a bzip2 archive", "unpack it"},
	{"\xfd7zXZ\x00", "an xz archive", "unpack it"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive", "unpack it"},
	{"Rar!\x1a\x07", "a RAR archive", "unpack it"},
	{"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it"},
	{"\xd0\xcf\x11\xe0", "an old Excel or Word file", "save it as CSV UTF-8"},
	{"{\\rtf", "a rich text file", "save it as plain text"},
	{"%PDF", "a PDF", "captions are read from text files"},
	{"PAR1", "a parquet file", "as a data set it has a name that ends in .parquet; captions to score are JSON, CSV or TSV"},
	{"ARROW1", "an Arrow file", "write it as parquet (Dataset.to_parquet)"},
	{"\xff\xff\xff\xff", "an Arrow stream", "write it as parquet (Dataset.to_parquet)"},
	{"SQLite format 3\x00", "an SQLite database", "export the table as CSV"},
	{"\x93NUMPY", "a NumPy array", "write the captions as JSON or CSV"},
	{"\xff\xd8\xff", "a JPEG picture", "give the captions file, or the folder that holds it"},
	{"\x89PNG\r\n", "a PNG picture", "give the captions file, or the folder that holds it"},
	{"GIF8", "a GIF picture", "give the captions file, or the folder that holds it"},
	{"\x7fELF", "a program", "give a captions file"},
	{"version https://git-lfs", "a pointer of Git LFS", "git lfs pull brings the file itself"},
	{"<!DOCTYPE html", "a web page", "download the file itself: a page was saved in its place"},
	{"<!doctype html", "a web page", "download the file itself: a page was saved in its place"},
	{"<html", "a web page", "download the file itself: a page was saved in its place"},
	{"<?xml", "an XML file", "write the captions as JSON or CSV"},
}

// Foreign returns a *ForeignError where a file that begins so is known to be
// no captions file, else nil.
func Foreign(start []byte) error {
	for _, kind := range foreign {
		if bytes.HasPrefix(start, []byte(kind.start)) {
			return &ForeignError{kind.kind, kind.advice}
		}
	}
	switch {
	case len(start) > 262 && string(start[257:262]) == "ustar":
		return &ForeignError{"a tar archive", "give it a name that ends in .tar, or unpack it"}
	case len(start) > 1 && start[0] == 0x80 && start[1] >= 2 && start[1] <= 5:
		return &ForeignError{"a Python pickle", "write the captions as JSON (json.dump)"}
	case bytes.IndexByte(start, 0) >= 0:
		return &ForeignError{"a binary file", "captions are read from text: JSON, JSON lines, CSV or TSV"}
	}
	return nil
}
