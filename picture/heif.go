package picture

import (
	"encoding/binary"
	"fmt"
	"image"
	"slices"
)

// Limits of what a file holds, so that to look for a part of it costs little:
// libheif's own are 1,000 items and 32 extents. Items may share their bytes,
// which are read as often as sharedReads says, many more times than pictures need.
const (
	mostItems      = 4096
	mostExtents    = 32  // of an item
	mostProperties = 255 // of an item
	sharedReads    = 32  // times the file's bytes
)

// heif is a file of the High Efficiency Image File Format (ISO/IEC 23008-12),
// HEIC and AVIF, as far as one picture of it needs.
type heif struct {
	file       []byte
	stored     []byte // items' bytes within the boxes
	primary    uint32
	items      map[uint32]*heifItem
	properties []box
	references []heifReference
	crowded    bool  // more than the limits were met
	read       int64 // bytes of items so far
}

// heifItem is a coded picture, or one that is put together of others.
type heifItem struct {
	id         uint32
	kind       string // hvc1, av01, grid …
	within     bool   // its bytes lie in stored, not in file
	extents    [][2]uint64
	properties []uint16 // places in heif.properties, from 1
}

// heifReference says what an item is to others.
type heifReference struct {
	kind string
	from uint32
	to   []uint32
}

func readHEIF(data []byte) (*heif, error) {
	meta := find(data, "meta")
	if len(meta) < 4 {
		return nil, errCut
	}
	h := &heif{file: data, items: map[uint32]*heifItem{}}
	for b := range boxes(meta[4:]) {
		read := map[string]func(*fields){
			"pitm": h.readPrimary, "iinf": h.readItems, "iloc": h.readLocations,
			"iref": h.readReferences, "iprp": h.readProperties,
		}[b.kind]
		if b.kind == "idat" {
			h.stored = b.body
		} else if read != nil {
			f := &fields{rest: b.body}
			if read(f); f.short || h.crowded {
				return nil, errBoxes
			}
		}
	}
	if item := h.items[h.primary]; item == nil || item.kind == "" {
		return nil, fmt.Errorf("it holds no picture")
	}
	return h, nil
}

func (h *heif) readPrimary(f *fields) {
	version, _ := f.version()
	h.primary = uint32(f.number(wideOr2(version > 0)))
}

// item returns the item of a number, which other boxes may name before or
// after the list of items does; one too many is not kept.
func (h *heif) item(id uint32) *heifItem {
	item := h.items[id]
	if item == nil {
		item = &heifItem{id: id}
		if h.crowded = h.crowded || len(h.items) == mostItems; !h.crowded {
			h.items[id] = item
		}
	}
	return item
}

func (h *heif) readItems(f *fields) {
	version, _ := f.version()
	f.number(wideOr2(version > 0)) // how many
	for b := range boxes(f.rest) {
		if b.kind != "infe" {
			continue
		}
		entry := fields{rest: b.body}
		version, _ := entry.version()
		id := uint32(entry.number(wideOr2(version > 2)))
		entry.number(2)
		if kind := entry.bytes(4); version >= 2 && kind != nil {
			h.item(id).kind = string(kind)
		}
	}
}

// readLocations reads where the items' bytes are (§8.11.3 of 14496-12).
func (h *heif) readLocations(f *fields) {
	version, _ := f.version()
	sizes := f.number(2)
	offset, length, base := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15)
	index := 0
	if version > 0 {
		index = int(sizes & 15)
	}
	if max(offset, length, base, index) > 8 {
		f.short = true
		return
	}
	for count := f.number(wideOr2(version > 1)); count > 0 && !f.short && !h.crowded; count-- {
		item := h.item(uint32(f.number(wideOr2(version > 1))))
		if version > 0 {
			item.within = f.number(2)&15 == 1
		}
		f.number(2)
		start := f.number(base)
		extents := f.number(2)
		h.crowded = h.crowded || int(extents)+len(item.extents) > mostExtents // which may take no bytes
		for ; extents > 0 && !f.short && !h.crowded; extents-- {
			f.number(index)
			from := start + f.number(offset)
			item.extents = append(item.extents, [2]uint64{from, f.number(length)})
		}
	}
}

func (h *heif) readReferences(f *fields) {
	version, _ := f.version()
	for b := range boxes(f.rest) {
		list := fields{rest: b.body}
		r := heifReference{kind: b.kind, from: uint32(list.number(wideOr2(version > 0)))}
		for count := list.number(2); count > 0 && !list.short; count-- {
			r.to = append(r.to, uint32(list.number(wideOr2(version > 0))))
		}
		if f.short = list.short; f.short {
			return
		}
		h.references = append(h.references, r)
	}
}

// readProperties reads the list of properties and which item has which.
func (h *heif) readProperties(f *fields) {
	for b := range boxes(f.rest) {
		switch b.kind {
		case "ipco":
			h.properties = slices.Collect(boxes(b.body))
		case "ipma":
			list := &fields{rest: b.body}
			h.readAssociations(list)
			f.short = f.short || list.short
		}
	}
}

func (h *heif) readAssociations(f *fields) {
	version, flags := f.version()
	for count := f.number(4); count > 0 && !f.short; count-- {
		item := h.item(uint32(f.number(wideOr2(version > 0))))
		for associations := f.number(1); associations > 0 && !f.short; associations-- {
			place := uint16(f.number(1) & 0x7f)
			if flags&1 != 0 {
				place = place<<8 | uint16(f.number(1))
			}
			item.properties = append(item.properties, place)
		}
		h.crowded = h.crowded || len(item.properties) > mostProperties
	}
}

// of returns an item's properties of the kinds asked for, in its order.
func (h *heif) of(item *heifItem, kinds ...string) (found []box) {
	for _, place := range item.properties {
		if place > 0 && int(place) <= len(h.properties) && slices.Contains(kinds, h.properties[place-1].kind) {
			found = append(found, h.properties[place-1])
		}
	}
	return found
}

// property returns the first of an item's properties of a kind, or nil.
func (h *heif) property(item *heifItem, kind string) []byte {
	for _, b := range h.of(item, kind) {
		return b.body
	}
	return nil
}

// size returns what an item says to be the size of its picture.
func (h *heif) size(item *heifItem) image.Point {
	f := fields{rest: h.property(item, "ispe")}
	f.version()
	width, height := f.number(4), f.number(4)
	return image.Pt(int(width), int(height))
}

// source returns where an item's bytes lie.
func (h *heif) source(item *heifItem) []byte {
	if item.within {
		return h.stored
	}
	return h.file
}

// whole returns an error for an item of which bytes are missing.
func (h *heif) whole(item *heifItem) error {
	size := uint64(len(h.source(item)))
	for _, extent := range item.extents {
		if extent[0] > size || extent[1] > size-extent[0] {
			return errCut
		}
	}
	return nil
}

// bytes returns an item's bytes, all of them, and no more than the file has.
func (h *heif) bytes(item *heifItem) ([]byte, error) {
	if err := h.whole(item); err != nil {
		return nil, err
	}
	source := h.source(item)
	var all []byte
	for _, extent := range item.extents {
		from, length := extent[0], extent[1]
		if length == 0 {
			length = uint64(len(source)) - from
		}
		part := source[from : from+length]
		if err := h.spend(len(part)); err != nil {
			return nil, err
		}
		if len(item.extents) == 1 {
			return part, nil
		}
		if len(all)+len(part) > len(h.file) {
			return nil, errBoxes
		}
		all = append(all, part...)
	}
	return all, nil
}

// spend counts bytes that are read, which items may share.
func (h *heif) spend(bytes int) error {
	if h.read += int64(bytes); h.read > sharedReads*int64(len(h.file)) {
		return errBoxes
	}
	return nil
}

// referred returns the items to which an item refers as a kind says.
func (h *heif) referred(from uint32, kind string) []uint32 {
	for _, r := range h.references {
		if r.from == from && r.kind == kind {
			return r.to
		}
	}
	return nil
}

// alpha returns the item that holds how opaque the primary one is, or nil.
func (h *heif) alpha() *heifItem {
	for _, r := range h.references {
		item := h.items[r.from]
		if r.kind != "auxl" || item == nil || !slices.Contains(r.to, h.primary) {
			continue
		}
		kind := h.property(item, "auxC")
		for _, name := range []string{"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00", "urn:mpeg:hevc:2015:auxid:1\x00"} {
			if len(kind) > 4 && prefix(name)(kind[4:]) {
				return item
			}
		}
	}
	return nil
}

// turned returns how the primary picture is to be turned: its rotation and its
// mirror, as one orientation of EXIF. What EXIF itself says is about files in
// which those two are missing, and no reader follows it.
func (h *heif) turned() int {
	orientation := 1
	for _, b := range h.of(h.items[h.primary], "irot", "imir") {
		if len(b.body) == 0 {
			continue
		}
		step := []int{1, 8, 3, 6}[b.body[0]&3] // counter-clockwise
		if b.kind == "imir" {
			step = []int{4, 2}[b.body[0]&1]
		}
		orientation = compose(orientation, step)
	}
	return orientation
}

// clean returns the part of an item's picture that is to be seen (clap,
// §12.1.4 of 14496-12).
func (h *heif) clean(item *heifItem, size image.Point) (image.Rectangle, error) {
	whole := image.Rectangle{Max: size}
	body := h.property(item, "clap")
	if len(body) < 32 {
		return whole, nil
	}
	var n [8]int64
	for i := range n {
		n[i] = int64(int32(binary.BigEndian.Uint32(body[4*i:])))
	}
	x, width, goodX := cleanSide(int64(size.X), n[0], n[1], n[4], n[5])
	y, height, goodY := cleanSide(int64(size.Y), n[2], n[3], n[6], n[7])
	part := image.Rect(x, y, x+width, y+height)
	if !goodX || !goodY || part.Empty() || !part.In(whole) {
		return whole, errBoxes
	}
	return part, nil
}

// cleanSide returns where a side's clean part begins and how long it is, of
// length and of the offset of its centre from the picture's, two fractions.
func cleanSide(side, length, lengthOf, offset, offsetOf int64) (from, clean int, good bool) {
	if lengthOf <= 0 || offsetOf <= 0 || length/lengthOf > side {
		return 0, 0, false
	}
	clean = int(length / lengthOf)
	centre := float64(offset)/float64(offsetOf) + float64(side-1)/2
	start := centre - float64(clean-1)/2
	if start < 0 || start > float64(side) {
		return 0, 0, false
	}
	return int(start), clean, true
}

// heifOrientation returns how a file's primary picture is to be turned.
func heifOrientation(data []byte) int {
	h, err := readHEIF(data)
	if err != nil {
		return 1
	}
	return h.turned()
}

// brands returns what a file of the format says to be, first its main one.
func brands(data []byte) []string {
	if len(data) < 12 || string(data[4:8]) != "ftyp" {
		return nil
	}
	length := min(int64(binary.BigEndian.Uint32(data)), int64(len(data)), startLength)
	found := []string{string(data[8:12])}
	for at := int64(16); at+4 <= length; at += 4 {
		found = append(found, string(data[at:at+4]))
	}
	return found
}

// isAVIF tells files of AV1 from those of HEVC: both may call themselves mif1.
func isAVIF(data []byte) bool {
	names := brands(data)
	switch {
	case len(names) == 0:
		return false
	case names[0] == "mif1" || names[0] == "msf1":
		return slices.Contains(names, "avif") && !slices.Contains(names, "heic")
	}
	return names[0] == "avif" || names[0] == "avis"
}

func isHEIC(data []byte) bool {
	names := brands(data)
	return len(names) > 0 && slices.Contains([]string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"}, names[0])
}
