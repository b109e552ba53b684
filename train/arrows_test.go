package train

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ideas are the files of this package, a line for what is one idea and keeps its
// own state, from what knows all to what knows nothing. A file uses what stands
// in its own line or below.
var ideas = [][]string{
	{"run.go", "begin.go", "resume.go", "world.go", "epoch.go", "model.go", "save.go"}, // a run: begun, resumed or followed, its epochs, what it saves
	{"processes.go", "identity.go"}, // what they tell each other
	{"data.go", "readable.go"},
	{"state.go"},                                   // all that a resumed run needs
	{"historyfile.go", "tensorboard.go", "log.go"}, // what hears of a run
	{"meter.go"},
	{"listener.go"},
	{"folder.go"},
	{"differences.go"},
	{"health.go"},
	{"trainer.go", "backward.go", "graphs.go", "optimizer.go", "detector.go", "predictor.go", "memory.go", "together.go"}, // a step: its gradients, what they move
	{"pass.go", "sidebyside.go"}, // through the network and back
	{"features.go"},
	{"microbatch.go", "finite.go"},
	{"selfcritical.go"},
	{"objective.go"},
	{"schedule.go"}, // functions of settings and progress
	{"progress.go"},
	{"history.go"},
	{"batch.go", "snapshot.go"},
	{"recipes.go"},
	{"config.go"},
	{"interval.go", "errors.go", "doc.go"},
}

// idea returns a file's line of ideas; -1 for none.
func idea(file string) int {
	return slices.IndexFunc(ideas, func(line []string) bool { return slices.Contains(line, filepath.Base(file)) })
}

// strangers stand for the packages that this one imports: what is theirs is
// none of the arrows.
type strangers struct{}

func (strangers) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

// arrows calls found for each use, in one file, of what another declares.
func arrows(t *testing.T, found func(from, to string, used types.Object)) {
	t.Helper()
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: strangers{}, Error: func(error) {}} // what is the strangers' has no type
	own, _ := config.Check("train", set, files, info)
	for name, used := range info.Uses {
		from, to := set.Position(name.Pos()).Filename, set.Position(used.Pos()).Filename
		if used.Pkg() == own && from != to {
			found(from, to, used)
		}
	}
}

// TestArrows fails where a file uses what stands above it, or the state of what
// is another's: a field that is not exported.
func TestArrows(t *testing.T) {
	seen := 0
	arrows(t, func(from, to string, used types.Object) {
		seen++
		switch field, _ := used.(*types.Var); {
		case idea(from) < 0 || idea(to) < 0:
			t.Errorf("%s or %s stands in no line of ideas", from, to)
		case idea(from) > idea(to):
			t.Errorf("%s uses %s of %s, which stands above it", from, used.Name(), to)
		case idea(from) < idea(to) && field != nil && field.IsField() && !field.Exported():
			t.Errorf("%s reaches into %s: its field %s", from, to, used.Name())
		}
	})
	if seen < 100 {
		t.Errorf("only %d uses were found", seen)
	}
}
