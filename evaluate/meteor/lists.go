package meteor

import "strings"

// functionWords are the frequent English words that count less than content
// words (Denkowski and Lavie 2014, section 2).
var functionWords = set(`the , . to of and a in that for " is on 's it with was
as said at he by be from have has are his but an this not i will ’ they ) -rrb- (
-lrb- who their had we which were been more or s its would about new one after
you : also up when there than $ all out her people she year two - can if last
first “ over other ” into some what so -- no time years could ? 't — '`)

func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(words) {
		all[word] = true
	}
	return all
}

// When an abbreviation keeps its period.
const (
	always = iota + 1
	beforeNumber
)

var abbreviations = func() map[string]int {
	all := map[string]int{"No": beforeNumber, "Art": beforeNumber, "pp": beforeNumber}
	for word := range set(`A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
	Adj Adm Adv Asst Bart Bldg Brig Bros Capt Cmdr Col Comdr Con Corp Cpl DR Dr
	Drs Ens Gen Gov Hon Hr Hosp Insp Lt MM MR MRS MS Maj Messrs Mlle Mme Mr Mrs
	Ms Msgr Op Ord Pfc Ph Prof Pvt Rep Reps Res Rev Rt Sen Sens Sfc Sgt Sr St
	Supt Surg v vs i.e rev e.g Nos Nr`) {
		all[word] = always
	}
	return all
}()
