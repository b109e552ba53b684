package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/evaluate/meteor/download"
	"github.com/seetell/seetell/internal/terminal"
)

// downloadMeteorTable is data download meteor-table.
func downloadMeteorTable() *cli.Command {
	return &cli.Command{
		Name:  "meteor-table",
		Usage: "bring METEOR's paraphrase table (61 MB) and compile it",
		Description: "The table comes from the Python package pycocoevalcap 1.2, by pip where it is\n" +
			"installed, else from PIP_INDEX_URL or PyPI. Its sha256 is checked. With it, score\n" +
			"gives METEOR; without it, METEOR_no_paraphrase.",
		Action: func(c *cli.Context) error {
			path, err := download.Table(c.Context, showTable(c))
			if err != nil {
				return fmt.Errorf("download METEOR's paraphrase table: %w", err)
			}
			_, err = fmt.Fprintln(c.App.Writer, terminal.Line(path))
			return err
		},
	}
}

// showTable returns a progress bar of the table's bytes, or nil where none is
// to be seen.
func showTable(c *cli.Context) download.Progress {
	bar := newCounter(c, "METEOR's table, bytes")
	if bar.bar == nil || c.Bool("quiet") {
		return nil
	}
	return func(done, total int64) { bar.count(int(done), int(total)) }
}
