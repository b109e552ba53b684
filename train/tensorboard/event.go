package tensorboard

import (
	"maps"
	"math"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the fields of TensorFlow's event.proto, summary.proto,
// tensor.proto and tensor_shape.proto that are written.
const (
	eventTime, eventStep, eventVersion, eventSummary = 1, 2, 3, 5
	summaryValue                                     = 1
	valueTag, valueNumber, valueTensor, valueMeta    = 1, 2, 8, 9
	metaPlugin, pluginName                           = 1, 1
	tensorType, tensorShape, tensorText              = 1, 2, 8
	shapeDim, dimSize                                = 2, 1
	typeText                                         = 7 // DT_STRING
)

// event returns an Event, which holds what else its other field says.
func event(at time.Time, step int, content []byte) []byte {
	seconds := float64(at.UnixMicro()) / 1e6
	data := protowire.AppendTag(nil, eventTime, protowire.Fixed64Type)
	data = protowire.AppendFixed64(data, math.Float64bits(seconds))
	if step > 0 { // 0 goes without saying
		data = number(data, eventStep, uint64(step))
	}
	return append(data, content...)
}

// fileVersion is what the first event of a file says.
func fileVersion() []byte { return text(nil, eventVersion, "brain.Event:2") }

// summary returns the field of an event that holds values, by tag.
func summary(scalars map[string]float64, texts map[string]string) []byte {
	var values []byte
	for _, tag := range slices.Sorted(maps.Keys(scalars)) {
		value := text(nil, valueTag, tag)
		value = protowire.AppendTag(value, valueNumber, protowire.Fixed32Type)
		value = protowire.AppendFixed32(value, math.Float32bits(float32(scalars[tag])))
		values = message(values, summaryValue, value)
	}
	for _, tag := range slices.Sorted(maps.Keys(texts)) {
		values = message(values, summaryValue, textValue(tag, texts[tag]))
	}
	return message(nil, eventSummary, values)
}

// textValue returns a value for TensorBoard's plugin "text": a tensor of one
// text.
func textValue(tag, markdown string) []byte {
	value := text(nil, valueTag, tag)
	tensor := number(nil, tensorType, typeText)
	tensor = message(tensor, tensorShape, message(nil, shapeDim, number(nil, dimSize, 1)))
	tensor = text(tensor, tensorText, markdown)
	value = message(value, valueTensor, tensor)
	return message(value, valueMeta, message(nil, metaPlugin, text(nil, pluginName, "text")))
}

func number(data []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(data, field, protowire.VarintType), value)
}

func text(data []byte, field protowire.Number, value string) []byte {
	return protowire.AppendString(protowire.AppendTag(data, field, protowire.BytesType), value)
}

func message(data []byte, field protowire.Number, inner []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(data, field, protowire.BytesType), inner)
}
