package train

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The settings, named as in Config's JSON form, that may change between a run
// and its resumption. Where the data lies is one: its fingerprint decides
// whether it is the same. Those of the schedule may change where a new one is
// asked for.
var (
	freeSettings     = []string{"data", "pictures", "micro_batch"}
	scheduleSettings = []string{
		"epochs", "schedule", "warm_up", "learning_rate", "encoder_learning_rate", "patience", "plateau_factor",
		"scheduled_sampling", "self_critical", "self_critical_rate",
	}
)

// growsExactly reports whether a run of more epochs begins as one of fewer, so
// that it may go on as if it had been asked for more at first.
func growsExactly(c Config) bool {
	return c.Schedule != ScheduleCosine && c.SelfCritical == 0 && c.ScheduledSampling == 0
}

// differences names the settings in which now differs from before: those that
// may change, and those that may not.
func differences(before, now Config) (free, refused []string) {
	may := slices.Clone(freeSettings)
	if growsExactly(now) && growsExactly(before) {
		may = append(may, "epochs")
	}
	if now.NewSchedule {
		may = append(may, scheduleSettings...)
	}
	old, err := settings(before)
	current, err2 := settings(now)
	if err := errors.Join(err, err2); err != nil {
		return nil, []string{err.Error()}
	}
	for _, name := range slices.Sorted(maps.Keys(current)) {
		if old[name] == current[name] {
			continue
		}
		text := fmt.Sprintf("%s was %s and is now %s", strings.ReplaceAll(name, "_", " "), old[name], current[name])
		if slices.Contains(may, name) {
			free = append(free, text)
		} else {
			refused = append(refused, text)
		}
	}
	return free, refused
}

// settings returns the JSON text of each setting, those of the model and the
// like behind their part's name.
func settings(c Config) (map[string]string, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	return all, flatten("", text, all)
}

func flatten(prefix string, text json.RawMessage, all map[string]string) error {
	var members map[string]json.RawMessage
	if text[0] != '{' {
		all[strings.TrimSuffix(prefix, " ")] = string(text)
		return nil
	}
	if err := json.Unmarshal(text, &members); err != nil {
		return err
	}
	for name, value := range members {
		if err := flatten(prefix+name+" ", value, all); err != nil {
			return err
		}
	}
	return nil
}
