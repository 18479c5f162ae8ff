"""The Caffe frontend: a net as text (.prototxt), weights as protobuf or HDF5 → records → Graph.

A net is read from its `.prototxt`, the weights by the layers' names from the `.caffemodel` beside it (`--input-proto`
names another net), or from HDF5 (`.caffemodel.h5`, with h5py installed). A `.caffemodel` alone is read where it holds
its whole net. Layers of the forms V0 and V1 are upgraded as Caffe does; what the rules of phase TEST leave out is not
read; layers that write over their bottom, shared parameters, and blobs as `data`, `double_data` or NVCaffe's `raw_data`
are known. Data layers are inputs, losses what they compute before the loss. Fields of forks that are not known have no
effect: they are listed in the log and in the metadata of the model (`caffe_unknown_fields`). Options are listed in
[formats.md](formats.md).

Pooling rounds sizes up and divides by the part of a window inside the padding, as Caffe's code does. Of equal elements
`ArgMax` finds the last, as Caffe does.
"""
