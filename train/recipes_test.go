package train

import (
	"reflect"
	"testing"
)

// TestRecipesSayTheSameThings applies a recipe to another's settings: those of
// which the one speaks and the other does not would stay.
func TestRecipesSayTheSameThings(t *testing.T) {
	for _, name := range Recipes() {
		usual, err := Recipe(DefaultRecipe)
		if err != nil {
			t.Fatal(err)
		}
		want, err := Recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := usual.Apply(name); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(usual, want) {
			t.Errorf("recipe %s leaves settings at %s's: %+v, want %+v", name, DefaultRecipe, usual, want)
		}
		want.Data, want.Out = "demo", "run"
		if err := want.Validate(); err != nil {
			t.Errorf("recipe %s: %v", name, err)
		}
	}
	if _, err := Recipe("bset"); err == nil {
		t.Error("there is a recipe bset")
	}
}
