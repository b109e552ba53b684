package ptb

import "sync"

// class is what the rules know of a UTF-16 unit.
type class uint8

const (
	dropped class = iota // no token, but the end of one
	letter               // a letter to Java
	mark                 // part of words as letters are: accents, soft hyphen
	digit                // a decimal digit of any script
	symbol               // a token by itself
	space                // of one line
	newline              // a line end
)

const softHyphen = 0xad

// classes holds the class of every UTF-16 unit.
var classes = sync.OnceValue(func() *[1 << 16]class {
	var table [1 << 16]class
	for class, ranges := range ranges {
		for i := 0; i < len(ranges); i += 2 {
			for c := int(ranges[i]); c <= int(ranges[i+1]); c++ {
				table[c] = class
			}
		}
	}
	return &table
})()

func classOf(c uint16) class { return classes[c] }
