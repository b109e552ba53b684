"""Writes golden.tfevents with TensorBoard's own classes: pip install tensorboard."""

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto
from tensorboard.compat.proto.types_pb2 import DT_STRING
from tensorboard.summary.writer.record_writer import RecordWriter

captions = TensorProto(
    dtype=DT_STRING,
    tensor_shape=TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)]),
    string_val=["* a.jpg: a dog by the sea – «é»".encode()],
)
plugin = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="text"))
events = [
    Event(wall_time=1.5e9, file_version="brain.Event:2"),
    Event(wall_time=1.5e9 + 0.25, step=7, summary=Summary(value=[
        Summary.Value(tag="loss/train", simple_value=2.5),
        Summary.Value(tag="score/CIDEr", simple_value=0.1),
    ])),
    Event(wall_time=1.5e9 + 0.5, step=300, summary=Summary(value=[
        Summary.Value(tag="loss/train", simple_value=-1e-30),
        Summary.Value(tag="captions", tensor=captions, metadata=plugin),
    ])),
]
with open("golden.tfevents", "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString())
    writer.flush()
