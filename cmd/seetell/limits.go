package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/picture"
)

// pictureFlags are those of the commands that decode pictures. They set the
// limits of the process.
func pictureFlags() []cli.Flag {
	limits := picture.DefaultLimits()
	set := func() { picture.SetLimits(limits) }
	return []cli.Flag{
		&cli.GenericFlag{Name: "max-pixels", Usage: "largest picture that is decoded, in `PIXELS` (300M)",
			Value: &amount{&limits.MaxPixels, 1000, set}},
		&cli.GenericFlag{Name: "decode-memory", Usage: "`BYTES` (2G) that the pictures being decoded may take together; at first from the machine's memory",
			Value: &amount{&limits.Memory, 1024, set}},
	}
}

// amount is a flag's value such as 300M, of thousands or of 1024s.
type amount struct {
	to   *int64
	base int64
	set  func()
}

const amountUnits = "KMGT"

func (a *amount) Set(text string) error {
	digits, unit := text, int64(1)
	if n := len(text); n > 0 {
		if i := strings.IndexByte(amountUnits, text[n-1]&^0x20); i >= 0 {
			digits, unit = text[:n-1], power(a.base, i+1)
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/unit {
		return fmt.Errorf("%q is no amount such as 500M", text)
	}
	*a.to = n * unit
	a.set()
	return nil
}

// String returns the amount in the largest unit that it is a whole number of.
func (a *amount) String() string {
	if a.to == nil { // the zero value, which package flag asks
		return ""
	}
	for i := len(amountUnits); i > 0; i-- {
		if unit := power(a.base, i); *a.to%unit == 0 {
			return fmt.Sprint(*a.to/unit, amountUnits[i-1:i])
		}
	}
	return fmt.Sprint(*a.to)
}

func power(base int64, exponent int) int64 {
	n := int64(1)
	for range exponent {
		n *= base
	}
	return n
}
