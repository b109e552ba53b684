package train

import "fmt"

// Signs of a model that has stopped looking: the limits past which a run says
// so. A healthy run of one epoch on Flickr8k says 46 different captions on
// 1,000 pictures and has hardly a dead channel; one whose encoder has died
// says 10 and has 38 % of them dead.
const (
	fewestDistinct  = .02 // different captions for each picture
	mostDead        = .25 // share of the backbone's channels that are always zero
	fewestToCompare = 100 // pictures below which different captions say little
)

// warnings says what looks wrong with the model after an epoch.
func warnings(e Epoch, pictures int) []string {
	var found []string
	if pictures >= fewestToCompare && float64(e.Distinct) < fewestDistinct*float64(pictures) {
		found = append(found, fmt.Sprintf("captions collapse: only %d different for %d pictures; if more steps do not help, lower the encoder's learning rate or freeze it", e.Distinct, pictures))
	}
	if e.DeadChannels > mostDead {
		found = append(found, fmt.Sprintf("features collapse: %.0f %% of the backbone's channels are zero for every picture; lower the encoder's learning rate", 100*e.DeadChannels))
	}
	return found
}
