package dataset

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// archives are files that people leave packed, by their endings.
var archives = []struct{ ending, kind, advice string }{
	{".tar.gz", "a tar archive under gzip", "tar xzf"}, {".tgz", "a tar archive under gzip", "tar xzf"},
	{".tar.bz2", "a tar archive under bzip2", "tar xjf"}, {".tbz2", "a tar archive under bzip2", "tar xjf"}, {".tbz", "a tar archive under bzip2", "tar xjf"},
	{".tar.xz", "a tar archive under xz", "tar xJf"}, {".txz", "a tar archive under xz", "tar xJf"},
	{".tar.zst", "a tar archive under Zstandard", "tar --zstd -xf"}, {".tzst", "a tar archive under Zstandard", "tar --zstd -xf"},
	{".tar", "a tar archive", "tar xf"}, {".zip", "a zip archive", "unzip"}, {".7z", "a 7z archive", "7z x"}, {".rar", "a RAR archive", "unrar x"},
	{".gz", "a file under gzip", "gunzip"}, {".bz2", "a file under bzip2", "bunzip2"}, {".xz", "a file under xz", "unxz"}, {".zst", "a file under Zstandard", "unzstd"},
	{".xlsx", "an Excel workbook", "save it as CSV UTF-8"}, {".xls", "an Excel workbook", "save it as CSV UTF-8"}, {".ods", "a spreadsheet", "save it as CSV in UTF-8"},
	{".arrow", "an Arrow file", "write it as parquet (Dataset.to_parquet)"},
}

// archivesAmong names the first of the files that is packed and says how to
// unpack it; "" where none is.
func archivesAmong(files []string) string {
	for _, name := range files {
		for _, a := range archives {
			if hasEnding(a.ending)(name) {
				advice := a.advice
				if !strings.Contains(advice, "save") && !strings.Contains(advice, "write") {
					advice = "unpack it (" + advice + ")"
				}
				return fmt.Sprintf("; %s is %s: %s", path.Base(name), a.kind, advice)
			}
		}
	}
	return ""
}

// archivesBeside is archivesAmong of the folder's files.
func (f folder) archivesBeside() string {
	files, err := f.files()
	if err != nil {
		return "" // what failed before says more
	}
	return archivesAmong(files)
}

// packed adds to the error of a folder without data what it holds packed.
func packed(err error, files []string) error {
	if !errors.Is(err, errNoData) {
		return err
	}
	if hint := archivesAmong(files); hint != "" {
		return fmt.Errorf("%w%s", err, hint)
	}
	if table := slices.IndexFunc(files, hasEnding(".csv", ".tsv", ".jsonl", ".json", ".txt")); table >= 0 {
		return fmt.Errorf("%w; if %s is one, name it itself", err, files[table])
	}
	return err
}
