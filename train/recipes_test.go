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

// TestShareRate moves both learning rates, as each recipe means it.
func TestShareRate(t *testing.T) {
	for name, want := range map[string]float64{"base": 1e-5, "literal": 1e-4, "best": 5e-6, "demo": 1e-4} {
		c, err := Recipe(name)
		if err != nil {
			t.Fatal(err)
		}
		if c.ShareRate(1e-4); c.LearningRate != 1e-4 || c.EncoderLearningRate != want {
			t.Errorf("recipe %s at 1e-4: %v and %v for the backbone, want %v", name, c.LearningRate, c.EncoderLearningRate, want)
		}
	}
	c := DefaultConfig() // whose backbone learns at a tenth, whatever that is
	if c.ShareRate(1); c.EncoderLearningRate >= 0 || c.backboneRate() != .1 {
		t.Errorf("a tenth of 1 is %v", c.backboneRate())
	}
}
