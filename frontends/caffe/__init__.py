"""The Caffe frontend: a net as text (.prototxt), weights as protobuf or HDF5 → records → Graph."""
